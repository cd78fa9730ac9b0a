import { setTimeout as delay } from 'node:timers/promises'
import { SHUTDOWN_GRACE_MS as CALL_GRACE_MS } from '../../call/index.js'
import { formatMs } from '../../core/timeout.js'
import { deferred, Wakeup, type Deferred } from '../../core/deferred.js'
import { DaffiError, fromErrorRecord } from '../../core/errors.js'
import type { NodePlan } from '../../core/plan/plan.js'
import type { NodeState } from '../../status/index.js'
import { aborted } from '../common/aborted.js'
import { drained } from '../common/drained.js'
import type { NodeReport } from '../ipc/node-reports.js'
import type { NodeSetup } from '../ipc/node-setup.js'
import { describeExit, type ChildExit } from './process/child-exit.js'
import { startChild, type Child } from './process/child-process.js'
import { RestartTracker } from './restart-tracker.js'

/** Time after the order to leave, for finishing running callbacks and saying goodbye, after which the process is killed. */
const SHUTDOWN_GRACE_MS = CALL_GRACE_MS + 5000

/** Signals and listeners that all nodes of a run share. */
export interface Supervision {
  /** Aborts when nothing may be started any more, and streams are to finish. */
  draining: AbortSignal
  /** Aborts when every node is to leave. */
  leaving: AbortSignal
  /** Aborts when every process is to be killed. */
  forced: AbortSignal
  onState: (node: SupervisedNode) => void
  onReport: (node: SupervisedNode, report: NodeReport) => void
  onLine: (node: SupervisedNode, line: string) => void
  /** Called when the node's process has ended. The next one, if any, is started when the promise has resolved. */
  onExit: (node: SupervisedNode, exit: ChildExit) => Promise<void>
}

/** Signals that stop one node. Each also aborts when the same signal of the whole run does. */
class StopSignals {
  readonly draining = new AbortController()
  readonly leaving = new AbortController()

  constructor({ draining, leaving }: Supervision) {
    follow(draining, this.draining)
    follow(leaving, this.leaving)
  }
}

/** Aborts the controller when the signal aborts. */
function follow(signal: AbortSignal, controller: AbortController): void {
  if (signal.aborted) controller.abort()
  else signal.addEventListener('abort', () => controller.abort(), { once: true })
}

/** One node of a run and, one after the other, the processes that it has. */
export class SupervisedNode {
  state: NodeState = 'starting'
  restarts = 0
  /** Exit code of the last process; null when a signal killed it or there was none. */
  exitCode: number | null = null
  /** The reason that the last process reported for its end. */
  error: DaffiError | undefined
  /** Every call of the present process has settled. */
  settled = false

  #setup: NodeSetup
  readonly #supervision: Supervision
  readonly #becameReady = deferred()
  readonly #changed = new Wakeup()
  #signals: StopSignals
  #child: Child | undefined
  #reloaded: Deferred<DaffiError | undefined> | undefined
  #readySince: number | undefined
  /** Incarnation of the last process that became ready. */
  incarnation: string | undefined

  constructor(setup: NodeSetup, supervision: Supervision) {
    this.#setup = setup
    this.#supervision = supervision
    this.#signals = new StopSignals(supervision)
  }

  get plan(): NodePlan {
    return this.#setup.node
  }

  get name(): string {
    return this.plan.name
  }

  /** Resolves when the node is ready for the first time. */
  get becameReady(): Promise<void> {
    return this.#becameReady.promise
  }

  get ended(): boolean {
    return this.state === 'stopped' || this.state === 'failed'
  }

  /** No call of the node is left to run. */
  get idle(): boolean {
    return this.settled || this.ended
  }

  /** The node is being stopped, alone or with the whole run. */
  isEnding(): boolean {
    return this.#signals.draining.signal.aborted
  }

  /** Drains the node and has it leave. Resolves when it has ended and will not be restarted. */
  async stop(): Promise<void> {
    this.#signals.draining.abort()
    await Promise.race([drained(this.#becameIdle()), aborted(this.#signals.leaving.signal)])
    this.#signals.leaving.abort()
    while (!this.ended) await this.#changed.wait()
  }

  /** Sets what the next process will run. A node that has ended can `run` again after that. */
  renew(setup: NodeSetup): void {
    this.#setup = setup
    this.#signals = new StopSignals(this.#supervision)
    this.restarts++
  }

  /** Makes the process reload changed modules. Resolves with an error when it could not, and the old code stays in use. */
  async reload(setup: NodeSetup, modules: string[]): Promise<DaffiError | undefined> {
    this.#setup = setup
    // Between two processes: the next one is started with the new setup.
    if (!this.#child) return undefined
    this.#reloaded = deferred()
    this.#child.send({ type: 'reload', modules, callbacks: setup.node.callbacks })
    return this.#reloaded.promise
  }

  /** Starts the node's process, and restarts it as its policy says. Resolves when it will not be restarted any more. */
  async run(): Promise<void> {
    const restarts = new RestartTracker(this.plan.restart)
    while (!this.isEnding()) {
      const exit = await this.#runProcess()
      const readyMs = this.#readySince === undefined ? 0 : Date.now() - this.#readySince
      await this.#supervision.onExit(this, exit)
      if (this.isEnding()) break
      const decision = restarts.decide({ exitCode: exit.exitCode, errorCode: this.error?.code, readyMs })
      if (decision === 'failed' || exit.exitCode !== 0) this.error ??= died(this.name, exit)
      if (typeof decision === 'string') {
        this.#enter(decision)
        return
      }
      this.restarts++
      this.#enter('restarting')
      const { signal } = this.#signals.draining
      await delay(decision.restartInMs, undefined, { signal }).catch(() => undefined)
    }
    this.#enter('stopped')
  }

  async #becameIdle(): Promise<void> {
    while (!this.idle) await this.#changed.wait()
  }

  async #runProcess(): Promise<ChildExit> {
    this.error = undefined
    this.settled = false
    this.#readySince = undefined
    this.incarnation = undefined
    this.#enter('starting')
    const child = startChild(this.#setup, {
      onReport: (report) => this.#onReport(report),
      onLine: (line) => this.#supervision.onLine(this, line),
    })
    this.#child = child
    const exited = new AbortController()
    this.#forwardSignals(child, exited.signal)
    try {
      const exit = await child.exited
      this.exitCode = exit.exitCode
      return exit
    } finally {
      exited.abort()
      this.#child = undefined
      this.#reloaded?.resolve(undefined)
    }
  }

  #forwardSignals(child: Child, signal: AbortSignal): void {
    const { forced } = this.#supervision
    const { draining, leaving } = this.#signals
    const leave = (): void => {
      child.send({ type: 'leave' })
      const timer = setTimeout(() => {
        this.#supervision.onLine(this, `did not leave within ${formatMs(SHUTDOWN_GRACE_MS)}, and is killed`)
        child.kill()
      }, SHUTDOWN_GRACE_MS)
      signal.addEventListener('abort', () => clearTimeout(timer))
    }
    draining.signal.addEventListener('abort', () => child.send({ type: 'drain' }), { signal })
    leaving.signal.addEventListener('abort', leave, { signal })
    forced.addEventListener('abort', () => child.kill(), { signal })
  }

  #onReport(report: NodeReport): void {
    if (report.type === 'ready') {
      this.#readySince = Date.now()
      this.incarnation = report.incarnation
      this.#enter('ready')
      this.#becameReady.resolve()
    } else if (report.type === 'settled') this.settled = true
    else if (report.type === 'reloaded') {
      this.#reloaded?.resolve(report.error ? fromErrorRecord(report.error) : undefined)
    } else if (report.type === 'failed') this.error = fromErrorRecord(report.error)
    this.#changed.notify()
    this.#supervision.onReport(this, report)
  }

  #enter(state: NodeState): void {
    this.state = state
    this.#changed.notify()
    this.#supervision.onState(this)
  }
}

function died(node: string, exit: ChildExit): DaffiError {
  return new DaffiError('DAFFI_NODE_DIED', `${node} ${describeExit(exit)}`)
}
