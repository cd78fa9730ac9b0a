import { setTimeout as delay } from 'node:timers/promises'
import { formatMs } from '../core/abort.js'
import { deferred } from '../core/deferred.js'
import { DaffiError, fromErrorRecord } from '../core/errors.js'
import type { NodePlan } from '../core/plan.js'
import type { NodeState } from '../status/index.js'
import { startChild, type Child } from './child.js'
import { describeExit, type ChildExit } from './child-exit.js'
import type { NodeReport, NodeSetup } from './messages.js'
import { RestartJudge } from './restarts.js'

/** How long a node that was told to leave may take before it is ended by force. */
const LEAVE_MS = 5000

/** What the nodes of one run have in common. */
export interface Supervision {
  /** Aborts when nothing may be started any more, and streams are to run out. */
  draining: AbortSignal
  /** Aborts when every node is to leave. */
  leaving: AbortSignal
  /** Aborts when every process is to be ended at once. */
  forced: AbortSignal
  onState: (node: SupervisedNode) => void
  onReport: (node: SupervisedNode, report: NodeReport) => void
  onLine: (node: SupervisedNode, line: string) => void
  /** The node's process has ended; the next one, if any, starts when this resolves. */
  onExit: (node: SupervisedNode, exit: ChildExit) => Promise<void>
}

/** One node under supervision, through all its processes. */
export class SupervisedNode {
  readonly plan: NodePlan
  state: NodeState = 'starting'
  restarts = 0
  /** Of the last process; null when a signal ended it or there was none. */
  exitCode: number | null = null
  /** What its last process gave as the reason of its end. */
  error: DaffiError | undefined
  /** No call is left to run. */
  settled = false

  readonly #setup: NodeSetup
  readonly #supervision: Supervision
  readonly #becameReady = deferred()
  #readySince: number | undefined

  constructor(setup: NodeSetup, supervision: Supervision) {
    this.plan = setup.node
    this.#setup = setup
    this.#supervision = supervision
  }

  get name(): string {
    return this.plan.name
  }

  /** Resolves when it is ready for the first time. */
  get becameReady(): Promise<void> {
    return this.#becameReady.promise
  }

  get ended(): boolean {
    return this.state === 'stopped' || this.state === 'failed'
  }

  /** Starts the node's process, and again as its restart policy says. Resolves when the node has ended for good. */
  async run(): Promise<void> {
    const judge = new RestartJudge(this.plan.restart)
    while (!this.#isEnding()) {
      const exit = await this.#runProcess()
      const readyMs = this.#readySince === undefined ? 0 : Date.now() - this.#readySince
      await this.#supervision.onExit(this, exit)
      if (this.#isEnding()) break
      const verdict = judge.judge({ exitCode: exit.exitCode, errorCode: this.error?.code, readyMs })
      if (verdict === 'failed' || exit.exitCode !== 0) this.error ??= died(this.name, exit)
      if (typeof verdict === 'string') {
        this.#enter(verdict)
        return
      }
      this.restarts++
      this.#enter('restarting')
      const { draining: signal } = this.#supervision
      await delay(verdict.restartInMs, undefined, { signal }).catch(() => undefined)
    }
    this.#enter('stopped')
  }

  #isEnding(): boolean {
    return this.#supervision.draining.aborted
  }

  async #runProcess(): Promise<ChildExit> {
    this.error = undefined
    this.settled = false
    this.#readySince = undefined
    this.#enter('starting')
    const child = startChild(this.#setup, {
      onReport: (report) => this.#take(report),
      onLine: (line) => this.#supervision.onLine(this, line),
    })
    const watching = new AbortController()
    this.#passOrders(child, watching.signal)
    try {
      const exit = await child.exited
      this.exitCode = exit.exitCode
      return exit
    } finally {
      watching.abort()
    }
  }

  #passOrders(child: Child, signal: AbortSignal): void {
    const { draining, leaving, forced } = this.#supervision
    const leave = (): void => {
      child.send({ type: 'leave' })
      const timer = setTimeout(() => {
        this.#supervision.onLine(this, `did not leave within ${formatMs(LEAVE_MS)}, and is ended by force`)
        child.kill()
      }, LEAVE_MS)
      signal.addEventListener('abort', () => clearTimeout(timer))
    }
    draining.addEventListener('abort', () => child.send({ type: 'drain' }), { signal })
    leaving.addEventListener('abort', leave, { signal })
    forced.addEventListener('abort', () => child.kill(), { signal })
  }

  #take(report: NodeReport): void {
    if (report.type === 'ready') {
      this.#readySince = Date.now()
      this.#enter('ready')
      this.#becameReady.resolve()
    } else if (report.type === 'settled') this.settled = true
    else if (report.type === 'failed') this.error = fromErrorRecord(report.error)
    this.#supervision.onReport(this, report)
  }

  #enter(state: NodeState): void {
    this.state = state
    this.#supervision.onState(this)
  }
}

function died(node: string, exit: ChildExit): DaffiError {
  return new DaffiError('DAFFI_NODE_DIED', `${node} ${describeExit(exit)}`)
}
