import { setMaxListeners } from 'node:events'
import { deferred, Wakeup } from '../../core/deferred.js'
import { DaffiError } from '../../core/errors.js'
import type { Logger, LogLevel } from '../../core/logger.js'
import type { CallPlan, NodePlan, Plan } from '../../core/plan/plan.js'
import type { ServerHandle } from '../../nats/index.js'
import type { NodeOrder, ScaleOrder } from '../../runs/index.js'
import type { LineStream } from '../../status/index.js'
import { aborted } from '../common/aborted.js'
import { drained } from '../common/drained.js'
import { isCallReport, type CallReport, type NodeReport } from '../ipc/node-reports.js'
import type { NodeSetup } from '../ipc/node-setup.js'
import { nodesNamed } from '../common/nodes-named.js'
import { nodeSetup } from './node-setup.js'
import type { PlanChange, ReloadFailure } from './plan-change.js'
import type { ChildExit } from './process/child-exit.js'
import { OrphanGuard } from './process/orphan-guard.js'
import { publishGoodbye } from './process/publish-goodbye.js'
import { callNote } from './report/call-note.js'
import { pipelineResult, type PipelineResult } from './report/pipeline-result.js'
import type { RunEvent } from './report/run-events.js'
import { RunResults } from './report/run-results.js'
import { RunClock } from './run-clock.js'
import { scaleNodes } from './scale-nodes.js'
import { drainInOrder } from './stages/drain-in-order.js'
import { completeStages, hasNothingToCome } from './stages/stage-completion.js'
import { stageEnds, type StageEnds } from './stages/stage-ends.js'
import { StartupLimiter } from './startup-limiter.js'
import { SupervisedNode, type Supervision } from './supervised-node.js'

/** Files of a run that are watched for changes. */
interface WatchedModules {
  /** Modules of a node's callbacks and what they import, imported modules first. */
  modulesOf: (node: NodePlan) => string[]
}

export interface SupervisorOptions {
  /**
   * Longest duration of the run in milliseconds, from the first item of any stream, or from when all nodes are ready in a
   * run without streams. @default no limit
   */
  durationMs?: number | undefined
  /** Whether the run continues when every call has settled. @default false */
  stay?: boolean | undefined
  /** Whether processes that end are started again, as their policy says. @default true */
  restarts?: boolean | undefined
  /** Set while files are watched. The run does not end by itself then, since the next change may give it more to do. */
  watched?: WatchedModules | undefined
  /** Folder in which the items of the sources are recorded. @default no recording */
  record?: string | undefined
  log: Logger
  logLevel: LogLevel
  /** Ends the run: sources end, streams finish, nodes leave. */
  stop: AbortSignal
  /** Kills every process. */
  force: AbortSignal
  onEvent: (event: RunEvent) => void
}

/** Runs nodes of a pipeline, each in a process of its own, until all calls have settled or the run is ended. */
export class Supervisor {
  #plan: Plan
  #stageEnds: StageEnds
  readonly #server: ServerHandle
  readonly #options: SupervisorOptions
  #nodes: SupervisedNode[]
  readonly #removed: SupervisedNode[] = []
  readonly #runs = new Set<Promise<void>>()
  readonly #results: RunResults
  readonly #clock: RunClock
  readonly #supervision: Supervision
  readonly #ending = new AbortController()
  readonly #leaving = new AbortController()
  readonly #changed = new Wakeup()
  readonly #startups = new StartupLimiter()
  readonly #guard = new OrphanGuard()
  readonly #finished = deferred()
  #serverError: DaffiError | undefined

  constructor(plan: Plan, nodes: NodePlan[], server: ServerHandle, options: SupervisorOptions) {
    this.#plan = plan
    this.#stageEnds = stageEnds(plan)
    this.#server = server
    this.#options = options
    this.#results = new RunResults(nodes)
    this.#clock = new RunClock(options.durationMs)
    // Each node adds listeners, and there may be many nodes.
    setMaxListeners(0, this.#ending.signal, this.#leaving.signal, options.force)
    this.#supervision = {
      restarts: options.restarts ?? true,
      ending: this.#ending.signal,
      leaving: this.#leaving.signal,
      forced: options.force,
      guard: this.#guard,
      onState: (node: SupervisedNode) => this.#onState(node),
      onReport: (node: SupervisedNode, report: NodeReport) => this.#onReport(node, report),
      onLine: (node: SupervisedNode, line: string, stream: LineStream) =>
        options.onEvent({ type: 'line', node: node.name, line, stream }),
      onExit: (node: SupervisedNode, exit: ChildExit, returns: boolean) => this.#onExit(node, exit, returns),
    }
    this.#nodes = nodes.map((node) => this.#supervised(node))
  }

  async run(): Promise<PipelineResult> {
    try {
      return await this.#run()
    } finally {
      await this.#guard.close()
    }
  }

  async #run(): Promise<PipelineResult> {
    const { onEvent, stop, force } = this.#options
    onEvent({ type: 'server', server: this.#server.info, nodes: this.#nodes.map(({ name }) => name) })
    for (const node of this.#nodes) this.#launch(node)
    const serverGone = this.#server.failed.then((error) => (this.#serverError = error))
    await Promise.race([
      this.#finished.promise,
      this.#clock.expired,
      serverGone,
      aborted(stop),
      aborted(force),
    ])
    this.#clock.cancel()
    this.#ending.abort()
    if (!this.#serverError)
      await Promise.race([drained(drainInOrder(this.#nodes, this.#changed)), aborted(force)])
    this.#leaving.abort()
    while (this.#runs.size > 0) await Promise.all(this.#runs)
    for (const { name } of this.#nodes) this.#results.interrupt(name)
    const nodes = [...this.#removed, ...this.#nodes]
    return pipelineResult(this.#plan.name, this.#server.info, nodes, this.#results, this.failure)
  }

  /** The failure of the server, or of a node, that ended the run. */
  get failure(): DaffiError | undefined {
    return this.#serverError ?? this.#nodes.find(({ state }) => state === 'failed')?.error
  }

  /** Applies a change of the pipeline to the run. Resolves with the nodes that could not reload their modules. */
  async apply({ plan, start, restart, reload, stop }: PlanChange): Promise<ReloadFailure[]> {
    this.#plan = plan
    this.#stageEnds = stageEnds(plan)
    const isReady = (node: NodePlan): boolean => this.#named(node.name)?.isRunning ?? false
    const reloads = reload.filter(({ node }) => isReady(node))
    const others = reload.map(({ node }) => node).filter((node) => !isReady(node))
    const begins = [...start, ...restart, ...others]
    const ends = [...stop, ...begins.map(({ name }) => name)].flatMap((name) => this.#named(name) ?? [])
    await Promise.all(ends.map((node) => node.stop()))
    for (const name of stop) this.#remove(name)
    for (const node of begins) this.#startNode(this.#named(node.name), node)
    const results = reloads.map(async ({ node, modules }) => {
      const error = await this.#named(node.name)?.reload(this.#setup(node), modules)
      return error ? [{ node: node.name, error }] : []
    })
    return (await Promise.all(results)).flat()
  }

  /**
   * Begins to carry out an order about nodes.
   * @returns names of the nodes that it concerns
   * @throws DaffiError DAFFI_UNKNOWN_NODE, DAFFI_CANNOT_SCALE
   */
  obey(order: NodeOrder | ScaleOrder): string[] {
    return order.order === 'scale' ? this.#scale(order) : this.#obey(order)
  }

  #obey({ order, nodes: names }: NodeOrder): string[] {
    const plans = this.#nodes.map(({ plan }) => plan)
    const named = names.flatMap((name) => nodesNamed(this.#plan.name, plans, name, 'DAFFI_UNKNOWN_NODE'))
    const nodes = this.#nodes.filter(({ plan }) => named.includes(plan))
    for (const node of nodes) {
      if (order !== 'start') node.held = true
      const stopped = order === 'start' && !node.isEnding() ? Promise.resolve() : node.stop()
      if (order !== 'stop') void stopped.then(() => this.#startNode(node, node.plan))
    }
    return nodes.map(({ name }) => name)
  }

  #scale({ nodes }: ScaleOrder): string[] {
    if (this.#options.watched)
      throw new DaffiError('DAFFI_CANNOT_SCALE', 'the run applies changes of its pipeline file', {
        next: 'Change the replicas of the node there.',
      })
    const isReady = (name: string): boolean => this.#named(name)?.isRunning ?? false
    const running = this.#nodes.map(({ plan }) => plan)
    const { names, waiting, ...change } = scaleNodes(this.#plan, running, nodes, isReady)
    void this.apply(change)
    for (const node of waiting) this.#named(node.name)?.prepare(this.#setup(node))
    return names
  }

  /** Forgets a node that has ended and is not of the pipeline any more. */
  #remove(name: string): void {
    const node = this.#named(name)
    if (!node?.ended || Object.hasOwn(this.#plan.nodes, name)) return
    this.#nodes = this.#nodes.filter((each) => each !== node)
    this.#removed.push(node)
    this.#options.onEvent({ type: 'removed', node: name })
    this.#checkEnd()
  }

  #named(name: string): SupervisedNode | undefined {
    return this.#nodes.find((node) => node.name === name)
  }

  /** Starts a node that is new, or has ended. */
  #startNode(old: SupervisedNode | undefined, plan: NodePlan): void {
    if (this.#ending.signal.aborted || (old && !old.ended)) return
    this.#results.replaceNode(plan)
    const node = old ?? this.#supervised(plan)
    if (old) old.renew(this.#setup(plan))
    else this.#nodes.push(node)
    this.#launch(node)
  }

  #supervised(node: NodePlan): SupervisedNode {
    return new SupervisedNode(this.#setup(node), this.#supervision)
  }

  #setup(node: NodePlan): NodeSetup {
    const { logLevel, record, watched } = this.#options
    return nodeSetup(this.#plan, node, this.#server, { logLevel, record, modules: watched?.modulesOf(node) })
  }

  #launch(node: SupervisedNode): void {
    const run = this.#runAfterDependencies(node)
      .catch(this.#finished.reject)
      .finally(() => this.#runs.delete(run))
    this.#runs.add(run)
  }

  /** Runs a node as soon as the nodes that it depends on are ready; those that run elsewhere are not waited for. */
  async #runAfterDependencies(node: SupervisedNode): Promise<void> {
    const before = this.#nodes.filter(({ name }) => node.plan.dependsOn.includes(name))
    const ready = Promise.all(before.map((each) => each.becameReady))
    await Promise.race([ready, aborted(this.#ending.signal)])
    await this.#startups.run(() => node.run(), node.becameReady)
  }

  #onState(node: SupervisedNode): void {
    const { name, state, restarts, error, process, lastEnd } = node
    if (state === 'starting' && restarts > 0) this.#results.restart(name)
    this.#options.onEvent({ type: 'state', node: name, state, restarts, error, process, lastEnd })
    if (state === 'failed' && !this.#options.watched) this.#finished.resolve()
    this.#checkEnd()
  }

  #onReport(node: SupervisedNode, report: NodeReport): void {
    if (report.type === 'called') this.#options.onEvent({ ...report, node: node.name })
    if (report.type === 'stages') {
      this.#results.acceptStages(node.name, report)
      this.#options.onEvent({ ...report, node: node.name })
    }
    if (isCallReport(report)) {
      this.#results.accept(node.name, report)
      const plan = node.plan.calls[report.index]
      if (plan) this.#showCall(node.name, plan, report)
      if (report.type === 'progress' && report.summary.items > 0) this.#clock.start()
    }
    this.#checkEnd()
  }

  #showCall(node: string, plan: CallPlan, report: CallReport): void {
    const { onEvent } = this.#options
    const note = callNote(plan.call, report)
    if (note) onEvent({ type: 'note', node, ...note })
    onEvent({ type: 'call', node, plan, report })
  }

  #checkEnd(): void {
    this.#changed.notify()
    // What depends on a node that an order has stopped is not done: it may be started again.
    if (this.#nodes.some(({ held }) => held)) return
    const calling = this.#nodes.filter(({ plan }) => plan.calls.length > 0)
    const { stay, watched } = this.#options
    if (!watched) {
      completeStages(this.#nodes, this.#stageEnds)
      for (const node of calling)
        if (hasNothingToCome(node, this.#nodes, this.#plan.sources)) node.drain(true)
    }
    const done = calling.every(({ idle }) => idle) && !stay
    if (!watched && (done || this.#nodes.every(({ ended }) => ended))) this.#finished.resolve()
    const streams = calling.some(({ plan }) => plan.calls.some(({ modifier }) => modifier.kind === 'STREAM'))
    if (!streams && this.#nodes.every(({ isRunning }) => isRunning)) this.#clock.start()
  }

  async #onExit(node: SupervisedNode, exit: ChildExit, returns: boolean): Promise<void> {
    const { name, incarnation, left } = node
    this.#results.interrupt(name, left && node.isEnding() ? undefined : exit)
    const { force, log } = this.#options
    // A process that was refused its name, or has lost it, must not say goodbye for the one that has it.
    if (incarnation !== undefined && !left && !force.aborted && !this.#serverError) {
      await publishGoodbye({ name, incarnation, returns }, this.#plan.name, this.#server, log)
    }
  }
}
