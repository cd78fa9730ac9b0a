import { isDeepStrictEqual } from 'node:util'
import type { Heartbeat } from '../../call/index.js'
import { sleep } from '../../core/timer.js'
import { formatMs } from '../../core/timeout.js'
import { deferred, Wakeup, type Deferred } from '../../core/deferred.js'
import { fromErrorRecord, type DaffiError } from '../../core/errors.js'
import type { NodePlan } from '../../core/plan/plan.js'
import type { LineStream, NodeState, ProcessEnd } from '../../status/index.js'
import { aborted } from '../common/aborted.js'
import { drained } from '../common/drained.js'
import {
  isCallReport,
  isStartupReport,
  type CallReport,
  type NodeReport,
  type StartupReport,
} from '../ipc/node-reports.js'
import type { LostOnes } from '../ipc/node-orders.js'
import type { NodeSetup } from '../ipc/node-setup.js'
import { CallTroubles } from './call-troubles.js'
import { died, diedByItself, processEnd, type ChildExit } from './process/child-exit.js'
import { startChild, type Child } from './process/child-process.js'
import { RestartTracker, type RestartDecision } from './process/restart-tracker.js'
import { StartupWatch } from './process/startup-watch.js'
import { StopSignals } from './stop-signals.js'
import type { Supervision } from './supervision.js'

/** One node of a run and, one after the other, the processes that it has. */
export class SupervisedNode {
  state: NodeState = 'starting'
  restarts = 0
  /** Exit code of the last process; null when a signal killed it or there was none. */
  exitCode: number | null = null
  /** Random id of the present or last process's life in the pipeline; undefined when it did not become ready. */
  incarnation: string | undefined
  /** Every call of the present process has settled. */
  settled = false
  /** It has been ready, in whatever state it is now. */
  wasReady = false
  /** The last process has left the pipeline in order, with a goodbye of its own. */
  left = false
  /** The present process, and its start in milliseconds since 1970. */
  process: { pid: number; since: number } | undefined
  /** The end of the last process. */
  lastEnd: ProcessEnd | undefined
  /** Number of the latest order about it: an earlier one that waits for its end is not carried out any more. */
  order = 0
  /** It was stopped by an order, and may be started again by another one. */
  held = false

  /** Calls of the present process that have settled, and those whose results were ended. */
  readonly #settledCalls = new Set<number>()
  readonly #completed = new Set<number>()
  #setup: NodeSetup
  readonly #supervision: Supervision
  readonly #becameReady = deferred()
  readonly #changed = new Wakeup()
  #signals: StopSignals
  #child: Child | undefined
  /** The reason that the last process reported for its end. */
  #failure: DaffiError | undefined
  readonly #troubles = new CallTroubles()
  #reloaded: Deferred<DaffiError | undefined> | undefined
  #readySince: number | undefined
  /** Incarnation of the process before, of which a heartbeat may still be on its way. */
  #former: string | undefined
  #lost: LostOnes = { nodes: {}, calls: {} }

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

  /** The reason why the node is not as it should be: that of its last end, or the trouble of a call. */
  get error(): DaffiError | undefined {
    return this.#failure ?? this.#troubles.first
  }

  /** Its process has joined the pipeline and lives. */
  get isRunning(): boolean {
    return this.state === 'ready' || this.state === 'degraded'
  }

  get ended(): boolean {
    return this.state === 'stopped' || this.state === 'failed'
  }

  /** No call of the node is left to run. */
  get idle(): boolean {
    return this.settled || this.ended || this.plan.calls.length === 0
  }

  /** Whether a call is not left to run. */
  hasSettled(call: number): boolean {
    return this.idle || this.#settledCalls.has(call)
  }

  /** Ends the results that a call streams. Each process is told once. */
  complete(call: number): void {
    if (!this.isRunning || this.#completed.has(call)) return
    this.#completed.add(call)
    this.#child?.send({ type: 'complete', index: call })
  }

  /** The node is being stopped, alone or with the whole run. */
  isEnding(): boolean {
    return this.#supervision.ending.aborted || this.#signals.draining.signal.aborted
  }

  /** Takes in what is lost to its calls, and tells its process. */
  setLost(lost: LostOnes): void {
    if (isDeepStrictEqual(lost, this.#lost)) return
    this.#lost = lost
    this.#child?.send({ type: 'lost', lost })
  }

  /** Gives up a node that cannot be started. */
  fail(error: DaffiError): void {
    this.#failure = error
    this.#enter('failed')
  }

  /** Ends its sources and waits; calls and streams that have begun continue. */
  drain(isComplete = false): void {
    this.#signals.draining.abort(isComplete)
  }

  /** Drains the node and has it leave. Resolves when it has ended and will not be restarted. */
  async stop(): Promise<void> {
    this.drain()
    await Promise.race([drained(this.#becameIdle()), aborted(this.#signals.leaving.signal)])
    this.#signals.leaving.abort()
    while (!this.ended) await this.#changed.wait()
  }

  /** Sets what the next process will run. */
  prepare(setup: NodeSetup): void {
    this.#setup = setup
  }

  /** Sets what the next process will run, of a node that has ended; it can `run` again after that. */
  renew(setup: NodeSetup): void {
    this.prepare(setup)
    this.#signals = this.#signals.renewed(this.#supervision)
    this.held = false
    this.state = 'starting'
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
    const { restarts, ending, onExit } = this.#supervision
    const tracker = new RestartTracker(restarts ? this.plan.restart : { ...this.plan.restart, policy: 'no' })
    while (!this.isEnding()) {
      const exit = await this.#runProcess()
      if (!this.left && diedByItself(exit)) this.#failure ??= died(this.name, exit)
      const decision = this.isEnding() ? undefined : this.#decide(tracker, exit)
      await onExit(this, exit, typeof decision === 'object')
      // Also when the run has begun to end since, because of this failure.
      if (decision === 'failed') {
        this.#enter('failed')
        return
      }
      if (decision === undefined || this.isEnding()) break
      this.restarts++
      this.#enter('restarting')
      const signal = AbortSignal.any([ending, this.#signals.draining.signal])
      await sleep(decision.restartInMs, signal).catch(() => undefined)
    }
    this.#enter('stopped')
  }

  #decide(tracker: RestartTracker, exit: ChildExit): RestartDecision {
    this.#failure ??= died(this.name, exit)
    const readyMs = this.#readySince === undefined ? 0 : performance.now() - this.#readySince
    return tracker.decide({ errorCode: this.#failure.code, readyMs })
  }

  /** Takes in a heartbeat of the node, and ends its process when its loop is blocked for too long. */
  onHeartbeat({ id, blockedMs }: Heartbeat): void {
    // A callback may block the process before it can report that it is ready.
    const isOwn = this.incarnation === undefined ? id !== this.#former : id === this.incarnation
    const limitMs = this.plan.health.blockedMs ?? Infinity
    if (isOwn && blockedMs >= limitMs) this.#endUnhealthy(`was blocked for ${formatMs(limitMs)}`)
  }

  /** Kills the process, which its restart policy may start again. A node that is being stopped has its stop timeout. */
  #endUnhealthy(cause: string): void {
    if (!this.isEnding()) this.#child?.kill(cause)
  }

  async #becameIdle(): Promise<void> {
    while (!this.idle) await this.#changed.wait()
  }

  async #runProcess(): Promise<ChildExit> {
    this.#failure = undefined
    this.#former = this.incarnation ?? this.#former
    this.incarnation = undefined
    this.settled = false
    this.#settledCalls.clear()
    this.#completed.clear()
    this.left = false
    this.#readySince = undefined
    const startup = new StartupWatch({
      tell: (text) => {
        if (!this.isEnding()) this.#supervision.onLine(this, `warn: ${this.name} ${text}`, 'daffi')
      },
      limitMs: this.plan.health.startupMs,
      onLimit: (cause) => this.#endUnhealthy(cause),
    })
    const onReport = (report: NodeReport): void => {
      if (report.type === 'ready') startup.end()
      if (isStartupReport(report)) startup.onReport(report)
      else this.#onReport(report)
    }
    const onLine = (line: string, stream: LineStream): void => this.#supervision.onLine(this, line, stream)
    const child = startChild(this.#setup, { onReport, onLine }, this.#supervision.early?.take(this.plan))
    this.#child = child
    if (child.pid !== 0) this.process = { pid: child.pid, since: Date.now() }
    child.send({ type: 'lost', lost: this.#lost })
    this.#enter('starting')
    this.#supervision.guard.add(child.pid)
    const exited = new AbortController()
    const tell = (text: string): void => this.#supervision.onLine(this, text, 'daffi')
    this.#signals.forward(child, exited.signal, this.plan.stopTimeoutMs, tell)
    try {
      const exit = await child.exited
      this.exitCode = exit.exitCode
      this.process = undefined
      this.lastEnd = processEnd(exit, this.#failure, this.isEnding() && this.left)
      return exit
    } finally {
      exited.abort()
      startup.end()
      this.#supervision.guard.remove(child.pid)
      this.#troubles.clear()
      this.#child = undefined
      this.#reloaded?.resolve(undefined)
    }
  }

  #onReport(report: Exclude<NodeReport, StartupReport>): void {
    if (report.type === 'ready') {
      this.#readySince = performance.now()
      this.wasReady = true
      this.incarnation = report.incarnation
      this.#enter('ready')
      this.#becameReady.resolve()
    } else if (report.type === 'settled') this.settled = true
    else if (report.type === 'call' || report.type === 'stream') this.#settledCalls.add(report.index)
    else if (report.type === 'reloaded') {
      this.#reloaded?.resolve(report.error ? fromErrorRecord(report.error) : undefined)
    } else if (report.type === 'failed') this.#failure = fromErrorRecord(report.error)
    else if (report.type === 'left') this.left = true
    this.#changed.notify()
    this.#supervision.onReport(this, report)
    if (isCallReport(report)) this.#onCall(report)
  }

  #onCall(report: CallReport): void {
    const before = this.#troubles.first
    this.#troubles.onReport(report)
    const now = this.#troubles.first
    // What fails because the node is being stopped is no trouble.
    if (this.isEnding() || before?.message === now?.message) return
    this.#enter(now ? 'degraded' : 'ready')
  }

  #enter(state: NodeState): void {
    this.state = state
    this.#changed.notify()
    this.#supervision.onState(this)
  }
}
