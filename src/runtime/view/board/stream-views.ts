import { originKey, type CallOrigin } from '../../core/plan/call-origin.js'
import type { Plan } from '../../core/plan/plan.js'
import type { ReceiverSummary, StreamSummary } from '../../core/plan/summary.js'
import type { StreamStatus } from '../../status/index.js'
import { Rate } from './rate.js'
import type { ReceiverView, StreamView } from './snapshot.js'
import { plannedStreams, StreamNames, streamNames } from './stream-names.js'

/** Time without an answer of the writer after which a stream is taken as ended. */
const SILENCE_MS = 2000

/** Number of streams that are remembered: those that were heard last. */
const MAX_STREAMS = 2000

interface KnownStream {
  /** Key that streams of the same call have in common. */
  key: string
  /** Position among the streams of that call that are known, from 0. */
  rank: number
  /** Undefined without a pipeline file. */
  name: string | undefined
  status: StreamStatus
  at: number
  items: Rate
  bytes: Rate
  receivers: Map<string, Rate>
}

/** The streams that are being written and, for each call that has written one before, its last stream. */
export class StreamViews {
  readonly #names: StreamNames | undefined
  /** Keys of the calls of the pipeline file that stream. */
  readonly #planned: readonly string[]
  #known: KnownStream[] = []

  /** @param plan whose calls give the streams their order and their names; without one, names are the shortest ones at present */
  constructor(plan?: Pick<Plan, 'nodes'>) {
    this.#names = plan && new StreamNames(plan)
    this.#planned = plan ? plannedStreams(plan).map(keyOf) : []
  }

  update(streams: StreamStatus[], now: number): StreamView[] {
    for (const status of streams.slice(0, MAX_STREAMS)) this.#onStatus(status, now)
    if (this.#known.length > MAX_STREAMS)
      this.#known = this.#known.toSorted((a, b) => b.at - a.at).slice(0, MAX_STREAMS)
    const ranks = new Map(this.#known.map((known) => [known, this.#rank(known)]))
    this.#known.sort((a, b) => (ranks.get(a) ?? 0) - (ranks.get(b) ?? 0))
    const names = this.#names ? [] : streamNames(this.#known.map(({ status }) => status.summary))
    return this.#known.map((known, index) => view(known, known.name ?? names[index] ?? '', now))
  }

  #onStatus(status: StreamStatus, now: number): void {
    const known = this.#known.find(({ status: { id } }) => id === status.id)
    if (known) {
      known.status = status
      known.at = now
      return
    }
    const key = keyOf(status.summary)
    const same = this.#known.filter((each) => each.key === key)
    // A new stream of the same call takes the place of the one before, and its name.
    const before = same.find((each) => each.at < now)
    const rank = before?.rank ?? firstFree(new Set(same.map((each) => each.rank)))
    const fresh = {
      key,
      rank,
      name: this.#names?.of(status.summary, rank),
      status,
      at: now,
      items: new Rate(),
      bytes: new Rate(),
      receivers: new Map<string, Rate>(),
    }
    if (before) this.#known[this.#known.indexOf(before)] = fresh
    else this.#known.push(fresh)
  }

  /** Position of the stream's call in the pipeline file; streams that are not in it come last. */
  #rank({ key }: KnownStream): number {
    const rank = this.#planned.indexOf(key)
    return rank < 0 ? this.#planned.length : rank
  }
}

const keyOf = (summary: Pick<StreamSummary, 'from'> & CallOrigin): string => originKey(summary.from, summary)

function firstFree(taken: ReadonlySet<number>): number {
  let rank = 0
  while (taken.has(rank)) rank++
  return rank
}

function view({ status, at, items, bytes, receivers }: KnownStream, name: string, now: number): StreamView {
  const { id, frames, ring, summary } = status
  const {
    call,
    source,
    results_of: resultsOf = null,
    as = null,
    to = null,
    from,
    delivery,
    error,
    seconds,
  } = summary
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
    to,
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
