import { Wakeup } from '../../core/deferred.js'
import { toErrorRecord, type ErrorRecord } from '../../core/errors.js'
import type { Plan } from '../../core/plan/plan.js'
import type { StreamSummary } from '../../core/plan/summary.js'
import { count } from '../../core/text/count.js'
import { StageResults, type RunEvent, type StageResult } from '../../node/index.js'
import type { NodeState } from '../../status/index.js'

/** One invocation of a callback. */
export interface ObservedCall {
  /** Name of the node that ran the callback. */
  node: string
  /** Name of the callback. */
  callback: string
  /** The arguments as JSON can carry them; bytes as `sha256:` and their digest. */
  args: unknown[]
  /** SHA-256 over all arguments that the callback has had in that node so far. */
  hash: string
}

/** One line that a node has printed. */
export interface ObservedLine {
  node: string
  line: string
}

/** An error with which a call of the pipeline file has ended, or for which a node was given up. */
export interface ObservedError {
  node: string
  /** Name of the callback; undefined for an error of the node itself. */
  call: string | undefined
  error: ErrorRecord
}

/** The state of a run as its events show it. `changed` is notified after each event. */
export class Observation {
  readonly lines: ObservedLine[] = []
  readonly called: ObservedCall[] = []
  readonly changed = new Wakeup()
  readonly #plan: Plan
  readonly #states = new Map<string, NodeState>()
  readonly #pids = new Map<string, number>()
  /** Numbers of invocations by node, by callback. */
  readonly #given = new Map<string, Map<string, number>>()
  readonly #wereReady = new Set<string>()
  readonly #settled = new Set<string>()
  readonly #stages = new StageResults()
  readonly #streams = new Map<string, StreamSummary>()
  readonly #errors = new Map<string, ObservedError>()

  constructor(plan: Plan) {
    this.#plan = plan
  }

  readonly onEvent = (event: RunEvent): void => {
    if (event.type === 'line') this.lines.push({ node: event.node, line: event.line })
    else if (event.type === 'called') this.#onCalled(event)
    else if (event.type === 'state') this.#onState(event)
    else if (event.type === 'stages') this.#stages.accept(event.node, event.stages)
    else if (event.type === 'call') this.#onCall(event)
    this.changed.notify()
  }

  /** Largest number of invocations that a process of some node has had of the callback. */
  given(callback: string): number {
    return Math.max(0, ...(this.#given.get(callback)?.values() ?? []))
  }

  /** Process of a node; undefined while it has none. */
  pidOf(node: string): number | undefined {
    return this.#pids.get(node)
  }

  get streams(): StreamSummary[] {
    return [...this.#streams.values()]
  }

  get stages(): StageResult[] {
    return this.#stages.all
  }

  get errors(): ObservedError[] {
    return [...this.#errors.values()]
  }

  /** Names of the nodes that have neither been ready nor ended. */
  get starting(): string[] {
    return Object.keys(this.#plan.nodes).filter((name) => !this.#wereReady.has(name) && !this.#hasEnded(name))
  }

  /** Calls of the pipeline file that have not finished, except PERIOD, which never does; with the number of items streamed so far. */
  get unsettled(): { node: string; call: string; items: number | undefined }[] {
    return Object.values(this.#plan.nodes)
      .filter(({ name }) => !this.#hasEnded(name))
      .flatMap(({ name: node, calls }) =>
        calls.map(({ call, modifier: { kind } }, index) => ({ node, call, kind, key: keyOf(node, index) })),
      )
      .filter(({ kind, key }) => kind !== 'PERIOD' && !this.#settled.has(key))
      .map(({ node, call, key }) => ({ node, call, items: this.#streams.get(key)?.items }))
  }

  /** Everything that is not done yet, in words. */
  get pending(): string[] {
    return [
      ...this.starting.map((node) => `${node} is not ready`),
      ...this.unsettled.map(({ node, call, items }) => {
        const soFar = items === undefined ? '' : `, with ${count(items, 'item')} so far`
        return `${node} has not finished ${call}${soFar}`
      }),
    ]
  }

  #onCalled(event: ObservedCall): void {
    this.called.push(event)
    const nodes = this.#given.get(event.callback) ?? new Map<string, number>()
    this.#given.set(event.callback, nodes.set(event.node, (nodes.get(event.node) ?? 0) + 1))
  }

  #hasEnded(node: string): boolean {
    const state = this.#states.get(node)
    return state === 'stopped' || state === 'failed'
  }

  #onState({ node, state, error, process }: Extract<RunEvent, { type: 'state' }>): void {
    this.#states.set(node, state)
    if (process) this.#pids.set(node, process.pid)
    else this.#pids.delete(node)
    if (state === 'ready') this.#wereReady.add(node)
    if (state === 'starting') {
      this.#stages.restart(node)
      this.#forgetCalls(node)
    }
    if (state === 'failed' && error)
      this.#errors.set(node, { node, call: undefined, error: toErrorRecord(error) })
  }

  #forgetCalls(node: string): void {
    for (const index of this.#plan.nodes[node]?.calls.keys() ?? []) {
      this.#settled.delete(keyOf(node, index))
      this.#errors.delete(keyOf(node, index))
    }
  }

  #onCall({ node, plan: { call }, report }: Extract<RunEvent, { type: 'call' }>): void {
    const key = keyOf(node, report.index)
    if ('summary' in report && report.summary) this.#streams.set(key, report.summary)
    if (report.type !== 'call' && report.type !== 'stream') return
    this.#settled.add(key)
    if (report.error) this.#errors.set(key, { node, call, error: report.error })
  }
}

function keyOf(node: string, index: number): string {
  return `${node} ${index}`
}
