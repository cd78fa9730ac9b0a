import type { ErrorCode } from '../../../core/error-codes.js'
import { DaffiError, toErrorRecord, type ErrorRecord } from '../../../core/errors.js'
import type { CallPlan, NodePlan } from '../../../core/plan.js'
import type { StreamSummary } from '../../../core/summary.js'
import { describeExit, type ChildExit } from '../process/child-exit.js'
import type { CallReport } from '../../ipc/messages.js'
import { cutShort, emptySummary } from './partial-summary.js'

/** What a call of the pipeline file came to. */
export interface CallResult {
  node: string
  call: string
  modifier: string
  value: unknown
  error: ErrorRecord | null
}

/** What became of a stream of the pipeline file, and of its source. */
export interface StreamResult extends StreamSummary {
  /** How often a live source broke off and was started again, without an end of the stream. */
  gaps: number
}

interface StreamRun {
  gaps: number
  summary: StreamSummary
  settled: boolean
  /** The node has been started again since, so that the next report is about another run. */
  past: boolean
}

/** Gathers what the calls of some nodes came to: one entry a call, and one for each run of a stream. */
export class Outcome {
  readonly #calls = new Map<string, CallResult>()
  readonly #streams = new Map<string, StreamRun[]>()

  readonly #nodes: Map<string, NodePlan>

  constructor(nodes: readonly NodePlan[]) {
    this.#nodes = new Map(nodes.map((node) => [node.name, node]))
  }

  /** A node is new, or goes on with other calls. What streams had carried before keeps its entry. */
  renew(node: NodePlan): void {
    for (const index of this.#calling(node.name).keys()) {
      const key = keyOf(node.name, index)
      this.#calls.delete(key)
      const carried = (this.#streams.get(key) ?? []).filter(({ summary }) => summary.items > 0)
      this.#streams.set(
        key,
        carried.map((run) => ({ ...run, past: true })),
      )
    }
    this.#nodes.set(node.name, node)
  }

  take(node: string, report: CallReport): void {
    const plan = this.#plan(node, report.index)
    if (report.type === 'call') {
      const { value, error } = report
      const entry = { node, call: plan.call, modifier: plan.modifier.kind, value, error }
      this.#calls.set(keyOf(node, report.index), entry)
      return
    }
    if (report.type === 'resumed') return
    const run = this.#run(node, report.index)
    if (report.type === 'gap') {
      run.gaps++
      return
    }
    run.summary = report.summary ?? run.summary
    if (report.type === 'progress') return
    run.summary = { ...run.summary, error: report.error }
    run.settled = true
  }

  /** A node has ended, and calls of it may not have settled: because it died, if that is how it ended, else because it was stopped. */
  cut(node: string, death?: ChildExit): void {
    for (const [index, plan] of this.#calling(node).entries()) {
      if (plan.modifier.kind !== 'STREAM') {
        if (this.#calls.has(keyOf(node, index))) continue
        this.take(node, { type: 'call', index, value: null, error: cutError('DAFFI_NODE_DIED', node, death) })
      } else {
        const { settled, summary } = this.#run(node, index)
        if (settled) continue
        const error = cutError('DAFFI_WRITER_DIED', node, death)
        this.take(node, { type: 'stream', index, summary: cutShort(summary), error })
      }
    }
  }

  /** A node starts once more and makes its calls again. A stream that had carried something keeps its entry beside the new one. */
  again(node: string): void {
    for (const [index, plan] of this.#calling(node).entries()) {
      if (plan.modifier.kind !== 'STREAM') this.#calls.delete(keyOf(node, index))
      const run = this.#streams.get(keyOf(node, index))?.at(-1)
      if (!run) continue
      run.past = run.summary.items > 0 || run.summary.error === null
      if (!run.past) run.settled = false
    }
  }

  get calls(): CallResult[] {
    return [...this.#calls.values()]
  }

  get streams(): StreamResult[] {
    return [...this.#streams.values()].flat().map(({ summary, gaps }) => ({ ...summary, gaps }))
  }

  #run(node: string, index: number): StreamRun {
    const key = keyOf(node, index)
    const runs = this.#streams.get(key) ?? []
    this.#streams.set(key, runs)
    const last = runs.at(-1)
    if (last && !last.past) return last
    const summary = emptySummary(node, this.#plan(node, index))
    const run = { summary, gaps: 0, settled: false, past: false }
    runs.push(run)
    return run
  }

  #plan(node: string, index: number): CallPlan {
    const plan = this.#calling(node)[index]
    if (!plan) throw new DaffiError('DAFFI_INTERNAL', `${node} has no call ${index}`)
    return plan
  }

  #calling(node: string): CallPlan[] {
    return this.#nodes.get(node)?.calls ?? []
  }
}

function cutError(code: ErrorCode, node: string, death: ChildExit | undefined): ErrorRecord {
  if (death)
    return toErrorRecord(new DaffiError(code, `${node} ${describeExit(death)} before this had finished`))
  return toErrorRecord(new DaffiError('DAFFI_ABORTED', `${node} was stopped before this had finished`))
}

function keyOf(node: string, index: number): string {
  return `${node} ${index}`
}
