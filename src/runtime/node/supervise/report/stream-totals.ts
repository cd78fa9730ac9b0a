import { callOrigin, originKey } from '../../../core/plan/call-origin.js'
import { RECEIVER_COUNTS, type ReceiverCounts, type StreamSummary } from '../../../core/plan/summary.js'
import type { StreamTotal } from '../../../status/index.js'
import type { RunEvent } from './run-events.js'

/** Receivers of a call that are kept apart: programs may come under new names for a year. */
const MAX_RECEIVERS = 1000

type Totals = Pick<StreamTotal, 'items' | 'bytes' | 'receivers'>

interface Entry {
  about: Omit<StreamTotal, keyof Totals>
  /** Sums over the streams that are over. */
  past: Totals
  /** Greatest counts of the present stream: what is counted once does not become less. */
  present: Totals
}

/** Account of what each call of the pipeline file has streamed, over all of its streams in the run: its counts never begin anew. */
export class StreamTotals {
  readonly #entries = new Map<string, Entry>()

  onEvent(event: RunEvent): void {
    if (event.type === 'removed') this.#forget(event.node)
    else if (event.type === 'state' && event.state === 'starting') this.#onStart(event.node)
    else if (event.type === 'call') this.#onCall(event)
  }

  get all(): StreamTotal[] {
    return Array.from(this.#entries.values(), ({ about, past, present }) => ({
      ...about,
      ...together(past, present, add),
    }))
  }

  /** Number of times that the source of a call has broken off. */
  gapsOf(node: string, index: number): number {
    return this.#entries.get(keyOf(node, index))?.about.gaps ?? 0
  }

  #onCall({ node, plan, report }: Extract<RunEvent, { type: 'call' }>): void {
    if (plan.modifier.kind !== 'STREAM') return
    const { index, type } = report
    const origin = callOrigin(plan)
    let entry = this.#entries.get(keyOf(node, index))
    // Its file may have changed, and another call be in its place.
    if (!entry || originKey(node, entry.about) !== originKey(node, origin)) {
      entry = { about: { node, index, ...origin, gaps: 0 }, past: nothing(), present: nothing() }
      this.#entries.set(keyOf(node, index), entry)
    }
    if (type === 'gap') entry.about.gaps++
    if ('summary' in report && report.summary)
      entry.present = together(entry.present, totalsOf(report.summary), Math.max)
    if (type === 'repeat' || type === 'stream') settle(entry)
  }

  /** Begins new streams: those of a process that has died have had no end. */
  #onStart(node: string): void {
    for (const entry of this.#entries.values()) if (entry.about.node === node) settle(entry)
  }

  #forget(node: string): void {
    for (const [key, { about }] of this.#entries) if (about.node === node) this.#entries.delete(key)
  }
}

const keyOf = (node: string, index: number): string => `${node} ${index}`

const nothing = (): Totals => ({ items: 0, bytes: 0, receivers: {} })

function settle(entry: Entry): void {
  entry.past = together(entry.past, entry.present, add)
  entry.present = nothing()
}

const add = (a: number, b: number): number => a + b

function together(a: Totals, b: Totals, join: (a: number, b: number) => number): Totals {
  const others = Object.entries(a.receivers).filter(([name]) => !Object.hasOwn(b.receivers, name))
  const receivers = Object.entries(b.receivers).map(([name, counts]): [string, ReceiverCounts] => [
    name,
    countsTogether(a.receivers[name], counts, join),
  ])
  return {
    items: join(a.items, b.items),
    bytes: join(a.bytes, b.bytes),
    receivers: Object.fromEntries([...others, ...receivers].slice(-MAX_RECEIVERS)),
  }
}

function countsTogether(
  a: ReceiverCounts | undefined,
  b: ReceiverCounts,
  join: (a: number, b: number) => number,
): ReceiverCounts {
  // Counts of a summary may be negative for a moment.
  const both = RECEIVER_COUNTS.map((count) => [count, join(a?.[count] ?? 0, b[count])])
  return Object.fromEntries(both) as ReceiverCounts
}

function totalsOf({ items, bytes, receivers }: StreamSummary): Totals {
  const counts = Object.entries(receivers).map(
    ([name, { unmatched = 0, ...each }]): [string, ReceiverCounts] => {
      const { attaches, offered, processed, dropped, failed, lost } = each
      return [name, { attaches, offered, processed, dropped, failed, unmatched, lost }]
    },
  )
  return { items, bytes, receivers: Object.fromEntries(counts) }
}
