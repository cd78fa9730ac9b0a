/** Context of a span in the form of the W3C's header `traceparent`, version 00. */
export type Traceparent = string

const FORM = /^00-(?<trace>(?!0{32})[0-9a-f]{32})-(?<span>(?!0{16})[0-9a-f]{16})-(?<flags>[0-9a-f]{2})$/

/** A span in another process. */
export interface RemoteSpan {
  traceId: string
  spanId: string
  traceFlags: number
}

export function formatTraceparent({ traceId, spanId, traceFlags }: RemoteSpan): Traceparent {
  return `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`
}

/** Reads a header that came from outside. Undefined for what has another form or length: then the caller is not traced. */
export function parseTraceparent(text: string): RemoteSpan | undefined {
  const { trace, span, flags } = FORM.exec(text)?.groups ?? {}
  if (trace === undefined || span === undefined || flags === undefined) return undefined
  return { traceId: trace, spanId: span, traceFlags: Number.parseInt(flags, 16) }
}

export const isTraceparent = (text: string): boolean => FORM.test(text)
