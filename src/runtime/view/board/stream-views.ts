import type { Plan } from '../../core/plan.js'
import type { ReceiverSummary, StreamSummary } from '../../core/summary.js'
import type { StreamStatus } from '../../status/index.js'
import { Rate } from './rate.js'
import type { ReceiverView, StreamView } from './snapshot.js'
import { streamNames } from './stream-names.js'

/** A stream whose writer does not answer for so long has ended. */
const SILENCE_MS = 2000

interface Known {
  status: StreamStatus
  at: number
  items: Rate
  bytes: Rate
  receivers: Map<string, Rate>
}

/** The streams that are written, and of those that were the last run of each. */
export class StreamViews {
  readonly #plan: Plan
  #known: Known[] = []

  constructor(plan: Plan) {
    this.#plan = plan
  }

  take(streams: StreamStatus[], now: number): StreamView[] {
    for (const status of streams) this.#hear(status, now)
    const names = streamNames(this.#known.map(({ status }) => status.summary))
    return this.#known.map((known, index) => view(known, names[index] ?? '', now))
  }

  #hear(status: StreamStatus, now: number): void {
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
    // The same stream, begun again, takes the place of its earlier run.
    const place = this.#known.findIndex(
      (each) => sameStream(each.status.summary, status.summary) && each.at < now,
    )
    if (place < 0) this.#known.push(fresh)
    else this.#known[place] = fresh
    this.#known.sort((a, b) => this.#place(a) - this.#place(b))
  }

  /** In the pipeline file; what is not in it comes last. */
  #place({ status: { summary } }: Known): number {
    const calls = Object.values(this.#plan.nodes).flatMap(({ name: from, calls: made }) =>
      made.map(({ call, source = null }) => ({ from, call, source })),
    )
    const place = calls.findIndex((call) => sameStream(call, summary))
    return place < 0 ? calls.length : place
  }
}

type Way = Pick<StreamSummary, 'from' | 'call' | 'source'>

function sameStream(a: Way, b: Way): boolean {
  return a.from === b.from && a.call === b.call && a.source === b.source
}

function view({ status, at, items, bytes, receivers }: Known, name: string, now: number): StreamView {
  const { id, frames, summary } = status
  const { call, source, from, delivery, error, seconds } = summary
  const ended = now - at > SILENCE_MS
  return {
    name,
    id,
    call,
    source,
    from,
    delivery,
    state: ended ? 'ended' : 'running',
    frames,
    items: summary.items,
    bytes: summary.bytes,
    rate: ended ? 0 : items.take(seconds, summary.items),
    byteRate: ended ? 0 : bytes.take(seconds, summary.bytes),
    error: error?.message ?? null,
    receivers: Object.entries(summary.receivers).map(([receiver, each]) => {
      const rate = receivers.get(receiver) ?? new Rate()
      receivers.set(receiver, rate)
      return receiverView(receiver, each, ended ? 0 : rate.take(seconds, each.processed))
    }),
  }
}

function receiverView(name: string, receiver: ReceiverSummary, rate: number): ReceiverView {
  const { lane, state, attaches, offered, processed, dropped, failed, lost, latencyMs, error } = receiver
  return {
    name,
    lane,
    state,
    attaches,
    rate,
    lag: Math.max(0, offered - processed - dropped - failed - lost),
    processed,
    dropped,
    failed,
    lost,
    latencyMs,
    error: error?.message ?? null,
  }
}
