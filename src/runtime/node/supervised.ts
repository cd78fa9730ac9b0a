import { setTimeout as delay } from 'node:timers/promises'
import { SHUTDOWN_GRACE_MS } from '../call/index.js'
import { formatMs } from '../core/abort.js'
import { deferred, Wakeup, type Deferred } from '../core/deferred.js'
import { DaffiError, fromErrorRecord } from '../core/errors.js'
import type { NodePlan } from '../core/plan.js'
import type { NodeState } from '../status/index.js'
import { aborted } from './aborted.js'
import { startChild, type Child } from './child.js'
import { describeExit, type ChildExit } from './child-exit.js'
import { drained } from './leave.js'
import type { NodeReport, NodeSetup } from './messages.js'
import { RestartJudge } from './restarts.js'

/** How long a node that was told to leave may take before it is ended by force: to finish what it is at, and to say goodbye. */
const LEAVE_MS = SHUTDOWN_GRACE_MS + 5000

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

/** From a node's start to its end: what tells it, alone or with all others, to end. */
class Life {
  readonly draining = new AbortController()
  readonly leaving = new AbortController()

  constructor({ draining, leaving }: Supervision) {
    follow(draining, this.draining)
    follow(leaving, this.leaving)
  }
}

/** What the whole run is told, one node can be told alone. */
function follow(signal: AbortSignal, controller: AbortController): void {
  if (signal.aborted) controller.abort()
  else signal.addEventListener('abort', () => controller.abort(), { once: true })
}

/** One node under supervision, through all its processes. */
export class SupervisedNode {
  state: NodeState = 'starting'
  restarts = 0
  /** Of the last process; null when a signal ended it or there was none. */
  exitCode: number | null = null
  /** What its last process gave as the reason of its end. */
  error: DaffiError | undefined
  /** No call is left to run. */
  settled = false

  #setup: NodeSetup
  readonly #supervision: Supervision
  readonly #becameReady = deferred()
  readonly #changed = new Wakeup()
  #life: Life
  #child: Child | undefined
  #reloaded: Deferred<DaffiError | undefined> | undefined
  #readySince: number | undefined

  constructor(setup: NodeSetup, supervision: Supervision) {
    this.#setup = setup
    this.#supervision = supervision
    this.#life = new Life(supervision)
  }

  get plan(): NodePlan {
    return this.#setup.node
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

  /** No call of it is left to run. */
  get idle(): boolean {
    return this.settled || this.ended
  }

  /** It was told to end, or all nodes were. */
  isEnding(): boolean {
    return this.#life.draining.signal.aborted
  }

  /** Ends it in good order. Resolves when it has ended for good. */
  async stop(): Promise<void> {
    this.#life.draining.abort()
    await Promise.race([drained(this.#becameIdle()), aborted(this.#life.leaving.signal)])
    this.#life.leaving.abort()
    while (!this.ended) await this.#changed.wait()
  }

  /** What its next process is to be. One that has ended can then `run` again. */
  renew(setup: NodeSetup): void {
    this.#setup = setup
    this.#life = new Life(this.#supervision)
    this.restarts++
  }

  /** Has it take changed modules in. Resolves with what kept it from that, when the old code goes on. */
  async reload(setup: NodeSetup, modules: string[]): Promise<DaffiError | undefined> {
    this.#setup = setup
    // One that is about to start again does so with what is new.
    if (!this.#child) return undefined
    this.#reloaded = deferred()
    this.#child.send({ type: 'reload', modules, callbacks: setup.node.callbacks })
    return this.#reloaded.promise
  }

  /** Starts the node's process, and again as its restart policy says. Resolves when the node has ended for good. */
  async run(): Promise<void> {
    const judge = new RestartJudge(this.plan.restart)
    while (!this.isEnding()) {
      const exit = await this.#runProcess()
      const readyMs = this.#readySince === undefined ? 0 : Date.now() - this.#readySince
      await this.#supervision.onExit(this, exit)
      if (this.isEnding()) break
      const verdict = judge.judge({ exitCode: exit.exitCode, errorCode: this.error?.code, readyMs })
      if (verdict === 'failed' || exit.exitCode !== 0) this.error ??= died(this.name, exit)
      if (typeof verdict === 'string') {
        this.#enter(verdict)
        return
      }
      this.restarts++
      this.#enter('restarting')
      const { signal } = this.#life.draining
      await delay(verdict.restartInMs, undefined, { signal }).catch(() => undefined)
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
    this.#enter('starting')
    const child = startChild(this.#setup, {
      onReport: (report) => this.#take(report),
      onLine: (line) => this.#supervision.onLine(this, line),
    })
    this.#child = child
    const watching = new AbortController()
    this.#passOrders(child, watching.signal)
    try {
      const exit = await child.exited
      this.exitCode = exit.exitCode
      return exit
    } finally {
      watching.abort()
      this.#child = undefined
      this.#reloaded?.resolve(undefined)
    }
  }

  #passOrders(child: Child, signal: AbortSignal): void {
    const { forced } = this.#supervision
    const { draining, leaving } = this.#life
    const leave = (): void => {
      child.send({ type: 'leave' })
      const timer = setTimeout(() => {
        this.#supervision.onLine(this, `did not leave within ${formatMs(LEAVE_MS)}, and is ended by force`)
        child.kill()
      }, LEAVE_MS)
      signal.addEventListener('abort', () => clearTimeout(timer))
    }
    draining.signal.addEventListener('abort', () => child.send({ type: 'drain' }), { signal })
    leaving.signal.addEventListener('abort', leave, { signal })
    forced.addEventListener('abort', () => child.kill(), { signal })
  }

  #take(report: NodeReport): void {
    if (report.type === 'ready') {
      this.#readySince = Date.now()
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
