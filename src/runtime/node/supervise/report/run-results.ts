import type { ErrorCode } from '../../../core/error-codes.js'
import { DaffiError, toErrorRecord, type ErrorRecord } from '../../../core/errors.js'
import type { CallPlan, NodePlan } from '../../../core/plan/plan.js'
import type { StreamSummary } from '../../../core/plan/summary.js'
import type { CallReport, StagesReport } from '../../ipc/node-reports.js'
import { describeExit, type ChildExit } from '../process/child-exit.js'
import { count } from '../../../core/text/count.js'
import { closedSummary, emptySummary } from './partial-summary.js'
import { StageResults, type StageResult } from './stage-results.js'
import { limitAttempts, type StreamEntry } from './stream-attempts.js'

/** The result of a call of the pipeline file. */
export interface CallResult {
  node: string
  call: string
  modifier: string
  value: unknown
  error: ErrorRecord | null
}

/** The result of a stream of the pipeline file, and of its source. */
export interface StreamResult extends StreamSummary {
  /** Number of times that a live source broke off and was started again, while the stream continued. */
  gaps: number
  /** Present where the oldest streams of a call that was made very often have one entry together: how many. */
  attempts?: number
}

/** Collects the results of the calls of some nodes: one entry for each call, and one for each stream that carried items. */
export class RunResults {
  readonly #calls = new Map<string, CallResult>()
  readonly #streams = new Map<string, StreamEntry[]>()
  readonly #stages = new StageResults()

  readonly #nodes: Map<string, NodePlan>

  constructor(nodes: readonly NodePlan[]) {
    this.#nodes = new Map(nodes.map((node) => [node.name, node]))
  }

  /** Adds a node, or replaces its plan. Entries of streams that had carried items stay, and so do the accounts of its stages. */
  replaceNode(node: NodePlan): void {
    this.#stages.restart(node.name)
    for (const index of this.#calling(node.name).keys()) {
      const key = keyOf(node.name, index)
      this.#calls.delete(key)
      const carried = (this.#streams.get(key) ?? []).filter(({ summary }) => summary.items > 0)
      this.#streams.set(
        key,
        carried.map((entry) => ({ ...entry, past: true })),
      )
    }
    this.#nodes.set(node.name, node)
  }

  acceptStages(node: string, { stages }: StagesReport): void {
    this.#stages.accept(node, stages)
  }

  accept(node: string, report: CallReport): void {
    const plan = this.#plan(node, report.index)
    if (report.type === 'call') {
      const { value, error } = report
      const entry = { node, call: plan.call, modifier: plan.modifier.kind, value, error }
      this.#calls.set(keyOf(node, report.index), entry)
      return
    }
    if (report.type === 'resumed' || report.type === 'trouble') return
    if (report.type === 'repeat') {
      this.#repeat(node, report)
      return
    }
    const stream = this.#stream(node, report.index)
    if (report.type === 'gap') {
      stream.gaps++
      return
    }
    stream.summary = report.summary ?? stream.summary
    if (report.type === 'progress') return
    stream.summary = { ...closedSummary(stream.summary), error: report.error }
    stream.settled = true
  }

  /**
   * Settles the calls of a node that has ended before they did.
   * @param death how its process died; undefined when the node was stopped
   */
  interrupt(node: string, death?: ChildExit): void {
    for (const [index, plan] of this.#calling(node).entries()) {
      if (plan.modifier.kind !== 'STREAM') {
        if (this.#calls.has(keyOf(node, index))) continue
        this.accept(node, {
          type: 'call',
          index,
          value: null,
          error: interruptedError('DAFFI_NODE_DIED', node, death),
        })
      } else {
        const { settled, summary } = this.#stream(node, index)
        if (settled) continue
        const error = interruptedError('DAFFI_WRITER_DIED', node, death)
        this.accept(node, { type: 'stream', index, summary, error })
      }
    }
  }

  /** Prepares for a node that is started again and repeats its calls. A stream that had carried items keeps its entry beside the new one. */
  restart(node: string): void {
    this.#stages.restart(node)
    for (const [index, plan] of this.#calling(node).entries()) {
      if (plan.modifier.kind !== 'STREAM') this.#calls.delete(keyOf(node, index))
      const stream = this.#streams.get(keyOf(node, index))?.at(-1)
      if (!stream) continue
      // It is resumed where its writer died.
      if (stream.summary.delivery === 'durable') stream.repeated = true
      putAside(stream)
    }
  }

  /** Keeps the stream of an attempt that failed beside that of the next attempt. */
  #repeat(node: string, { index, summary, error }: Extract<CallReport, { type: 'repeat' }>): void {
    if (this.#plan(node, index).modifier.kind !== 'STREAM') return
    const stream = this.#stream(node, index)
    stream.summary = { ...closedSummary(summary ?? stream.summary), error }
    stream.repeated = true
    putAside(stream)
  }

  get calls(): CallResult[] {
    return [...this.#calls.values()]
  }

  get streams(): StreamResult[] {
    return this.#entries.map(({ summary, gaps, attempts }) => ({
      ...summary,
      error: summary.error ?? lossOf(summary),
      gaps,
      ...(attempts > 1 && { attempts }),
    }))
  }

  get stages(): StageResult[] {
    return this.#stages.all
  }

  /**
   * The first error that is more than the consequence of the run being stopped. Items that a lossless stream has lost are
   * one, whatever the reason.
   */
  get error(): ErrorRecord | undefined {
    const errors = [
      ...this.calls.map(({ error }) => error),
      ...this.#entries.map(({ summary, repeated }) => (repeated ? null : summary.error)),
      ...this.#entries.map(({ summary }) => lossOf(summary)),
    ]
    return errors.find((error) => error && error.code !== 'DAFFI_ABORTED') ?? undefined
  }

  get #entries(): StreamEntry[] {
    return [...this.#streams.values()].flat()
  }

  #stream(node: string, index: number): StreamEntry {
    const key = keyOf(node, index)
    const entries = this.#streams.get(key) ?? []
    this.#streams.set(key, entries)
    const last = entries.at(-1)
    if (last && !last.past) return last
    const summary = emptySummary(node, this.#plan(node, index))
    const entry = { summary, gaps: 0, settled: false, past: false, repeated: false, attempts: 1 }
    entries.push(entry)
    limitAttempts(entries)
    return entry
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

/** Makes room for the next stream of the same call. One that has carried nothing leaves no entry. */
function putAside(stream: StreamEntry): void {
  stream.past = stream.summary.items > 0 || stream.summary.error === null
  if (!stream.past) {
    stream.settled = false
    stream.repeated = false
  }
}

/** The error of a lossless stream that has lost items, else null. */
function lossOf({ call, from, delivery, receivers }: StreamSummary): ErrorRecord | null {
  const lost = Object.values(receivers).reduce((sum, receiver) => sum + receiver.lost, 0)
  if (delivery !== 'lossless' || lost === 0) return null
  const message = `the stream from ${from} to "${call}" has lost ${count(lost, 'item')}`
  return toErrorRecord(new DaffiError('DAFFI_STREAM_FAILED', message))
}

function interruptedError(code: ErrorCode, node: string, death: ChildExit | undefined): ErrorRecord {
  if (death)
    return toErrorRecord(new DaffiError(code, `${node} ${describeExit(death)} before this had finished`))
  return toErrorRecord(new DaffiError('DAFFI_ABORTED', `${node} was stopped before this had finished`))
}

function keyOf(node: string, index: number): string {
  return `${node} ${index}`
}
