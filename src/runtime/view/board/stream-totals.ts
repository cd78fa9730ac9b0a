import { originKey } from '../../core/plan/call-origin.js'
import { RECEIVER_COUNTS, type ReceiverCounts } from '../../core/plan/summary.js'
import type { RunStatus, StreamTotal } from '../../status/index.js'
import { ranked } from './ranks.js'
import type { StreamView, TotalView } from './snapshot.js'
import type { StreamNames } from './stream-names.js'

/** Number of calls whose totals are remembered: those of which was heard last. */
const MAX_CALLS = 2000

/** Accounts of what each call has streamed, over all of its streams in the run. */
export class StreamTotals {
  readonly #names: StreamNames
  #known = new Map<string, TotalView>()

  constructor(names: StreamNames) {
    this.#names = names
  }

  /** Takes in what runs tell, and of streams of no run what their writers tell. */
  update(runs: readonly RunStatus[], streams: readonly StreamView[]): TotalView[] {
    // Of two runs that tell of the same node the later one has it.
    for (const run of runs.toSorted((a, b) => a.since - b.since)) {
      const totals = run.streams.toSorted((a, b) => a.index - b.index)
      for (const { thing, rank } of ranked(totals, (each) => originKey(each.node, each)))
        this.#add(viewOf(thing, this.#names.of({ from: thing.node, ...thing }, rank)))
    }
    for (const stream of streams)
      if (this.#known.get(stream.name)?.isOfRun !== true) this.#add(viewOfOne(stream))
    return [...this.#known.values()]
  }

  /** Number of times that the source of a call has broken off. */
  gapsOf(name: string): number {
    return this.#known.get(name)?.gaps ?? 0
  }

  #add(view: TotalView): void {
    this.#known.delete(view.name)
    this.#known.set(view.name, view)
    if (this.#known.size > MAX_CALLS) this.#known = new Map([...this.#known].slice(-MAX_CALLS))
  }
}

function viewOf({ gaps, items, bytes, receivers: counts }: StreamTotal, name: string): TotalView {
  const receivers = Object.entries(counts).map(([receiver, each]) => receiverOf(receiver, each))
  return { name, isOfRun: true, gaps, items, bytes, receivers }
}

function viewOfOne({ name, items, bytes, receivers }: StreamView): TotalView {
  const counts = receivers.map((each) => receiverOf(each.name, each))
  return { name, isOfRun: false, gaps: 0, items, bytes, receivers: counts }
}

function receiverOf(name: string, counts: ReceiverCounts): TotalView['receivers'][number] {
  const known = RECEIVER_COUNTS.map((count) => [count, counts[count]])
  return { name, ...(Object.fromEntries(known) as ReceiverCounts) }
}
