import type { ReceiverSummary, StreamSummary } from '../../../core/plan/summary.js'

/** Streams of one call that are kept apart; a call that is made again and again for a year must not fill the memory. */
export const MAX_ATTEMPTS = 100

/** One stream that a call has written. A call writes another one when its node is restarted, or the call is made again. */
export interface StreamEntry {
  gaps: number
  summary: StreamSummary
  settled: boolean
  /** The call has been made again since, so that the next report is about another stream. */
  past: boolean
  /** The call goes on with another stream, so that this one's error is not its outcome: made again by the node, or durable. */
  repeated: boolean
  /** Number of streams whose counts it has together. */
  attempts: number
}

/** Puts the oldest streams of a call together when there are too many. */
export function limitAttempts(entries: StreamEntry[]): void {
  if (entries.length <= MAX_ATTEMPTS) return
  const [first, second, ...others] = entries
  if (first && second) entries.splice(0, entries.length, together(first, second), ...others)
}

function together(first: StreamEntry, second: StreamEntry): StreamEntry {
  const [a, b] = [first.summary, second.summary]
  const failed = [first, second].find(({ repeated, summary }) => !repeated && summary.error)
  const names = new Set([...Object.keys(a.receivers), ...Object.keys(b.receivers)])
  const receivers = [...names].flatMap((name): [string, ReceiverSummary][] => {
    const [one, other] = [a.receivers[name], b.receivers[name]]
    const receiver = one && other ? receiverTogether(one, other) : (one ?? other)
    return receiver ? [[name, receiver]] : []
  })
  return {
    ...second,
    gaps: first.gaps + second.gaps,
    attempts: first.attempts + second.attempts,
    repeated: failed === undefined,
    summary: {
      ...b,
      items: a.items + b.items,
      bytes: a.bytes + b.bytes,
      seconds: a.seconds + b.seconds,
      error: failed?.summary.error ?? a.error ?? b.error,
      receivers: Object.fromEntries(receivers),
    },
  }
}

/** Counts are added; the rest is that of the later stream. */
function receiverTogether(a: ReceiverSummary, b: ReceiverSummary): ReceiverSummary {
  const counts = ['attaches', 'offered', 'processed', 'dropped', 'failed', 'lost'] as const
  const unmatched = (a.unmatched ?? 0) + (b.unmatched ?? 0)
  return {
    ...b,
    error: b.error ?? a.error,
    latencyMs: null,
    ...Object.fromEntries(counts.map((count) => [count, a[count] + b[count]])),
    ...(a.unmatched === undefined && b.unmatched === undefined ? {} : { unmatched }),
  }
}
