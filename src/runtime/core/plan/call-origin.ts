/** Properties that tell the calls of one node apart, in the words of messages and summaries. Absent is what a call does not have. */
export interface CallOrigin {
  /** Name of the callback. */
  call: string
  /** Name of the source; null for a call without one. */
  source: string | null
  /** Name of the callback whose results are streamed. */
  results_of?: string
  /** Side of a join that the stream is. */
  as?: string
  /** Name of the only node that gets the call; absent where any node may. */
  to?: string
}

/** A call of the pipeline file, or a stream by its options. */
interface Streamed {
  call: string
  source?: string | null | undefined
  resultsOf?: string | undefined
  as?: string | undefined
  to?: string | undefined
}

/** The origin of a call of the pipeline file, or of a stream by its options. */
export function originOf({ call, source = null, resultsOf, as, to }: Streamed): CallOrigin {
  return {
    call,
    source,
    ...(resultsOf === undefined ? {} : { results_of: resultsOf }),
    ...(as === undefined ? {} : { as }),
    ...(to === undefined ? {} : { to }),
  }
}

/** Key that calls of the same node and the same origin have in common: streams of one call, one after another. */
export function originKey(node: string, { call, source, results_of, as, to }: CallOrigin): string {
  return JSON.stringify([node, call, source, results_of, as, to])
}
