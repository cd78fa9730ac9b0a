import type { Plan } from '../../core/plan/plan.js'
import type { ReceiverSummary } from '../../core/plan/summary.js'
import type { StreamStatus } from '../../status/index.js'
import { Rate } from './rate.js'
import type { ReceiverView, StreamView } from './snapshot.js'
import { streamNames, type StreamOrigin } from './stream-names.js'

/** Time without an answer of the writer after which a stream is taken as ended. */
const SILENCE_MS = 2000

/** Number of streams that are remembered: those that were heard last. */
const MAX_STREAMS = 2000

interface KnownStream {
  status: StreamStatus
  at: number
  items: Rate
  bytes: Rate
  receivers: Map<string, Rate>
}

/** The streams that are being written and, for each call that has written one before, its last stream. */
export class StreamViews {
  readonly #plan: Pick<Plan, 'nodes'>
  #known: KnownStream[] = []

  /** @param plan whose calls give the order of the streams */
  constructor(plan: Pick<Plan, 'nodes'>) {
    this.#plan = plan
  }

  update(streams: StreamStatus[], now: number): StreamView[] {
    for (const status of streams.slice(0, MAX_STREAMS)) this.#onStatus(status, now)
    if (this.#known.length > MAX_STREAMS)
      this.#known = this.#known.toSorted((a, b) => b.at - a.at).slice(0, MAX_STREAMS)
    const ranks = new Map(this.#known.map((known) => [known, this.#rank(known)]))
    this.#known.sort((a, b) => (ranks.get(a) ?? 0) - (ranks.get(b) ?? 0))
    const names = streamNames(this.#known.map(({ status }) => status.summary))
    return this.#known.map((known, index) => view(known, names[index] ?? '', now))
  }

  #onStatus(status: StreamStatus, now: number): void {
    const known = this.#known.find(({ status: { id } }) => id === status.id)
    if (known) {
      known.status = status
      known.at = now
      return
    }
    const fresh = {
      status,
      at: now,
      items: new Rate(),
      bytes: new Rate(),
      receivers: new Map<string, Rate>(),
    }
    // A new stream of the same call takes the place of the one before.
    const index = this.#known.findIndex(
      (each) => isSameOrigin(each.status.summary, status.summary) && each.at < now,
    )
    if (index < 0) this.#known.push(fresh)
    else this.#known[index] = fresh
  }

  /** Position of the stream's call in the pipeline file; streams that are not in it come last. */
  #rank({ status: { summary } }: KnownStream): number {
    const calls = Object.values(this.#plan.nodes).flatMap(({ name: from, calls: made }) =>
      made.map(({ call, source = null, resultsOf: results_of, as }) => ({
        from,
        call,
        source,
        results_of,
        as,
      })),
    )
    const rank = calls.findIndex((call) => isSameOrigin(call, summary))
    return rank < 0 ? calls.length : rank
  }
}

/** Properties that may be undefined instead of absent, as in a plan. */
type Known<T> = { [K in keyof T]: T[K] | undefined }

function isSameOrigin(a: Known<StreamOrigin>, b: Known<StreamOrigin>): boolean {
  return (
    a.from === b.from &&
    a.call === b.call &&
    a.source === b.source &&
    a.results_of === b.results_of &&
    a.as === b.as
  )
}

function view({ status, at, items, bytes, receivers }: KnownStream, name: string, now: number): StreamView {
  const { id, frames, ring, summary } = status
  const { call, source, results_of: resultsOf = null, as = null, from, delivery, error, seconds } = summary
  const ended = now - at > SILENCE_MS
  for (const receiver of receivers.keys())
    if (!Object.hasOwn(summary.receivers, receiver)) receivers.delete(receiver)
  return {
    name,
    id,
    call,
    source,
    resultsOf,
    as,
    from,
    delivery,
    state: ended ? 'ended' : 'running',
    frames,
    ring: ended ? null : ring,
    items: summary.items,
    bytes: summary.bytes,
    rate: ended ? 0 : items.add(seconds, summary.items),
    byteRate: ended ? 0 : bytes.add(seconds, summary.bytes),
    error: error?.message ?? null,
    receivers: Object.entries(summary.receivers).map(([receiver, each]) => {
      const rate = receivers.get(receiver) ?? new Rate()
      receivers.set(receiver, rate)
      return receiverView(receiver, each, ended ? 0 : rate.add(seconds, each.processed))
    }),
  }
}

function receiverView(name: string, receiver: ReceiverSummary, rate: number): ReceiverView {
  const { lane, state, attaches, offered, processed, dropped, failed, lost, latencyMs, error } = receiver
  const { unmatched = 0 } = receiver
  return {
    name,
    lane,
    state,
    attaches,
    rate,
    lag: Math.max(0, offered - processed - dropped - failed - unmatched - lost),
    offered,
    processed,
    dropped,
    failed,
    unmatched,
    lost,
    latencyMs,
    error: error?.message ?? null,
  }
}
