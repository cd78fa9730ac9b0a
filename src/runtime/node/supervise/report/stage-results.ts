import type { StageCounts } from '../../../core/plan/summary.js'

/** The account of a callback whose results are streamed on, in one node, over all of its processes. */
export interface StageResult extends StageCounts {
  node: string
  callback: string
}

const NONE: StageCounts = { in: 0, gave: 0, filtered: 0, failed: 0, out: 0 }

/** Collects the accounts of stages. */
export class StageResults {
  /** Counts of the present process of each node, and sums of those before, by callback. */
  readonly #present = new Map<string, Record<string, StageCounts>>()
  readonly #past = new Map<string, Record<string, StageCounts>>()

  accept(node: string, stages: Record<string, StageCounts>): void {
    this.#present.set(node, stages)
  }

  /** Keeps what the node's process has counted, since the next one begins at zero. */
  restart(node: string): void {
    this.#past.set(node, this.#countsOf(node))
    this.#present.delete(node)
  }

  get all(): StageResult[] {
    const nodes = new Set([...this.#past.keys(), ...this.#present.keys()])
    return [...nodes].flatMap((node) =>
      Object.entries(this.#countsOf(node)).map(([callback, counts]) => ({ node, callback, ...counts })),
    )
  }

  #countsOf(node: string): Record<string, StageCounts> {
    const [past = {}, present = {}] = [this.#past.get(node), this.#present.get(node)]
    const names = Object.keys({ ...past, ...present })
    return Object.fromEntries(names.map((name) => [name, sum(past[name] ?? NONE, present[name] ?? NONE)]))
  }
}

function sum(a: StageCounts, b: StageCounts): StageCounts {
  return {
    in: a.in + b.in,
    gave: a.gave + b.gave,
    filtered: a.filtered + b.filtered,
    failed: a.failed + b.failed,
    out: a.out + b.out,
  }
}
