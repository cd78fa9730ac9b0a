import { setMaxListeners } from 'node:events'
import { deferred, Wakeup } from '../../core/deferred.js'
import type { DaffiError } from '../../core/errors.js'
import type { Logger, LogLevel } from '../../core/logger.js'
import type { CallPlan, NodePlan, Plan } from '../../core/plan/plan.js'
import type { ServerHandle } from '../../nats/index.js'
import type { RunOrder } from '../../runs/index.js'
import { aborted } from '../common/aborted.js'
import { drained } from '../common/drained.js'
import { isCallReport, type CallReport, type NodeReport } from '../ipc/node-reports.js'
import type { NodeSetup } from '../ipc/node-setup.js'
import { nodesNamed } from '../common/nodes-named.js'
import { HeartbeatWatch, type FollowHeartbeats } from './heartbeat-watch.js'
import { Isolation } from './isolation.js'
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
import { endedStages, stageEnds, type CallPlace, type StageEnds } from './stage-ends.js'
import { hasNothingToCome, stagesOf } from './stages.js'
import { StartupLimiter } from './startup-limiter.js'
import { SupervisedNode } from './supervised-node.js'
import type { Supervision } from './supervision.js'

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
  followHeartbeats: FollowHeartbeats
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
  readonly #nodes: SupervisedNode[]
  readonly #runs = new Set<Promise<void>>()
  readonly #results: RunResults
  readonly #clock: RunClock
  readonly #isolation: Isolation
  readonly #heartbeats: HeartbeatWatch
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
      onState: (node) => this.#onState(node),
      onReport: (node, report) => this.#onReport(node, report),
      onLine: (node, line, stream) => options.onEvent({ type: 'line', node: node.name, line, stream }),
      onExit: (node, exit, returns) => this.#onExit(node, exit, returns),
    }
    this.#nodes = nodes.map((node) => this.#supervised(node))
    this.#heartbeats = new HeartbeatWatch(this.#nodes, options.followHeartbeats)
    this.#isolation = new Isolation(this.#nodes, options.watched !== undefined)
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
    this.#changed.notify()
    if (!this.#serverError) await Promise.race([drained(this.#drainInOrder()), aborted(force)])
    this.#leaving.abort()
    while (this.#runs.size > 0) await Promise.all(this.#runs)
    for (const { name } of this.#nodes) this.#results.interrupt(name)
    return pipelineResult(this.#plan.name, this.#server.info, this.#nodes, this.#results, this.failure)
  }

  /** The failure of the server, or of a node; of several that of a node that has ended the run. */
  get failure(): DaffiError | undefined {
    const failed = this.#nodes.filter(({ state }) => state === 'failed')
    return this.#serverError ?? (failed.find(({ plan }) => plan.onFailure === 'stop_all') ?? failed[0])?.error
  }

  /** Applies a change of the pipeline to the run. Resolves with the nodes that could not reload their modules. */
  async apply({ plan, start, restart, reload, stop }: PlanChange): Promise<ReloadFailure[]> {
    this.#plan = plan
    this.#stageEnds = stageEnds(plan)
    const named = (name: string): SupervisedNode | undefined => this.#nodes.find((node) => node.name === name)
    const isReady = (node: NodePlan): boolean => named(node.name)?.isRunning ?? false
    const reloads = reload.filter(({ node }) => isReady(node))
    const others = reload.map(({ node }) => node).filter((node) => !isReady(node))
    const begins = [...start, ...restart, ...others]
    const ends = [...stop, ...begins.map(({ name }) => name)].flatMap((name) => named(name) ?? [])
    await Promise.all(ends.map((node) => node.stop()))
    for (const node of begins) this.#startNode(named(node.name), node)
    const results = reloads.map(async ({ node, modules }) => {
      const error = await named(node.name)?.reload(this.#setup(node), modules)
      return error ? [{ node: node.name, error }] : []
    })
    return (await Promise.all(results)).flat()
  }

  /**
   * Begins to carry out an order about nodes.
   * @returns names of the nodes that it concerns
   * @throws DaffiError DAFFI_UNKNOWN_NODE
   */
  obey({ order, nodes: names }: Exclude<RunOrder, { order: 'end' }>): string[] {
    const named = names.flatMap((name) =>
      nodesNamed(this.#plan.name, this.#nodes, name, 'DAFFI_UNKNOWN_NODE'),
    )
    const nodes = [...new Set(named)]
    for (const node of nodes) {
      if (order !== 'start') node.held = true
      const stopped = order === 'start' && !node.isEnding() ? Promise.resolve() : node.stop()
      if (order !== 'stop') void stopped.then(() => this.#startNode(node, node.plan))
    }
    return nodes.map(({ name }) => name)
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
    this.#heartbeats.include(node)
    const run = this.#runAfterDependencies(node)
      .catch(this.#finished.reject)
      .finally(() => this.#runs.delete(run))
    this.#runs.add(run)
  }

  /** Runs a node as soon as the nodes that it depends on are ready; those that run elsewhere are not waited for. */
  async #runAfterDependencies(node: SupervisedNode): Promise<void> {
    // Nodes that have failed, and are started by the same order, count as such no more.
    await Promise.resolve()
    const before = this.#nodes.filter(({ name }) => node.plan.dependsOn.includes(name))
    const isOver = (): boolean => this.#ending.signal.aborted || before.every(({ wasReady }) => wasReady)
    let lost: DaffiError | undefined
    while (!isOver() && !(lost = this.#isolation.errorOf(node))) await this.#changed.wait()
    if (lost) node.fail(lost)
    else await this.#startups.run(() => node.run(), node.becameReady)
  }

  /** Drains the nodes one stage after the other, each when the streams to it have ended. Resolves when all are drained. */
  async #drainInOrder(): Promise<void> {
    for (const node of this.#nodes) if (!node.isRunning) node.drain()
    const stages = stagesOf(this.#nodes.map(({ plan }) => plan))
    for (const stage of stages) {
      const nodes = this.#nodes.filter(({ name }) => stage.includes(name))
      for (const node of nodes) node.drain()
      while (!nodes.every(({ idle }) => idle)) await this.#changed.wait()
    }
  }

  #onState(node: SupervisedNode): void {
    const { name, state, restarts, error, process, lastEnd } = node
    if (state === 'starting' && restarts > 0) this.#results.restart(name)
    this.#options.onEvent({ type: 'state', node: name, state, restarts, error, process, lastEnd })
    if (state === 'failed' && !this.#options.watched && node.plan.onFailure === 'stop_all')
      this.#finished.resolve()
    if (state === 'failed' || state === 'starting') this.#isolation.tell(this.#plan)
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

  /** Ends the results of callbacks to which all streams have ended. */
  #completeStages(): void {
    const nodes = new Map(this.#nodes.map((node) => [node.name, node]))
    // Those of nodes that run elsewhere may never end.
    const hasSettled = ({ node, index }: CallPlace): boolean => nodes.get(node)?.hasSettled(index) ?? false
    for (const { node, index } of endedStages(this.#stageEnds, hasSettled)) nodes.get(node)?.complete(index)
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
      this.#completeStages()
      for (const node of calling)
        if (hasNothingToCome(node, this.#nodes, this.#plan.sources)) node.drain(true)
    }
    const done = calling.every(({ idle }) => idle) && !stay
    if (!watched && (done || this.#nodes.every(({ ended }) => ended))) this.#finished.resolve()
    const streams = calling.some(({ plan }) => plan.calls.some(({ modifier }) => modifier.kind === 'STREAM'))
    if (!streams && this.#nodes.every(({ isRunning, state }) => isRunning || state === 'failed'))
      this.#clock.start()
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
