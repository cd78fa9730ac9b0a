import { setMaxListeners } from 'node:events'
import { deferred, Wakeup } from '../../core/deferred.js'
import { DaffiError } from '../../core/errors.js'
import type { CallPlan, NodePlan, Plan } from '../../core/plan/plan.js'
import type { ServerHandle } from '../../nats/index.js'
import type { NodeOrder, ScaleOrder } from '../../runs/index.js'
import { aborted } from '../common/aborted.js'
import { drained } from '../common/drained.js'
import { isCallReport, type CallReport, type NodeReport } from '../ipc/node-reports.js'
import type { NodeSetup } from '../ipc/node-setup.js'
import { nodesNamed } from '../common/nodes-named.js'
import { HeartbeatWatch } from './heartbeat-watch.js'
import { Isolation } from './isolation.js'
import { nodeSetup } from './node-setup.js'
import type { PlanChange, ReloadFailure } from './plan-change.js'
import type { ChildExit } from './process/child-exit.js'
import { OrphanGuard } from './process/orphan-guard.js'
import { publishGoodbye } from './process/publish-goodbye.js'
import { callNote } from './report/call-note.js'
import { pipelineResult, type NodeResult, type PipelineResult } from './report/pipeline-result.js'
import { RunResults } from './report/run-results.js'
import { RunClock } from './run-clock.js'
import { scaleNodes } from './scale-nodes.js'
import { completeStages } from './stages/complete-stages.js'
import { drainInOrder } from './stages/drain-in-order.js'
import { stageEnds, type StageEnds } from './stages/stage-ends.js'
import { hasNothingToCome } from './stages/stages.js'
import { StartupLimiter } from './startup-limiter.js'
import { SupervisedNode } from './supervised-node.js'
import type { Supervision } from './supervision.js'
import type { SupervisorOptions } from './supervisor-options.js'

/** Runs nodes of a pipeline, each in a process of its own, until all calls have settled or the run is ended. */
export class Supervisor {
  #plan: Plan
  #stageEnds: StageEnds
  readonly #server: ServerHandle
  readonly #options: SupervisorOptions
  readonly #nodes: SupervisedNode[]
  /** Results of nodes that are not of the pipeline any more, by name: one that comes and goes for a year takes no more memory. */
  readonly #removed = new Map<string, NodeResult>()
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
      early: options.early,
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
    if (!this.#serverError)
      await Promise.race([drained(drainInOrder(this.#nodes, this.#changed)), aborted(force)])
    this.#leaving.abort()
    while (this.#runs.size > 0) await Promise.all(this.#runs)
    for (const { name } of this.#nodes) this.#results.interrupt(name)
    const removed = Array.from(this.#removed, ([name, result]) => ({ name, ...result }))
    const nodes = [...removed, ...this.#nodes]
    return pipelineResult(this.#plan.name, this.#server.info, nodes, this.#results, this.failure)
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
    const isReady = (node: NodePlan): boolean => this.#named(node.name)?.isRunning ?? false
    const reloads = reload.filter(({ node }) => isReady(node))
    const others = reload.map(({ node }) => node).filter((node) => !isReady(node))
    const begins = [...start, ...restart, ...others]
    const ends = [...stop, ...begins.map(({ name }) => name)].flatMap((name) => this.#named(name) ?? [])
    await Promise.all(ends.map((node) => this.#stop(node)))
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
      const number = ++node.order
      if (order !== 'start') node.held = true
      const stopped = order === 'start' && !node.isEnding() ? Promise.resolve() : this.#stop(node)
      const start = (): void => {
        if (node.order === number) this.#startNode(node, node.plan)
      }
      if (order !== 'stop') stopped.then(start).catch(this.#finished.reject)
    }
    return nodes.map(({ name }) => name)
  }

  #scale({ nodes }: ScaleOrder): string[] {
    if (this.#options.watched)
      throw new DaffiError('DAFFI_CANNOT_SCALE', 'the run applies changes of its pipeline file', {
        next: 'Change the replicas of the node there.',
      })
    const isReady = (name: string): boolean => this.#named(name)?.isRunning ?? false
    // Without those that an earlier order is still ending: they are started anew if they are wanted again.
    const running = this.#nodes
      .map(({ plan }) => plan)
      .filter(({ name }) => Object.hasOwn(this.#plan.nodes, name))
    const { names, waiting, ...change } = scaleNodes(this.#plan, running, nodes, isReady)
    this.apply(change).catch(this.#finished.reject)
    for (const node of waiting) this.#named(node.name)?.prepare(this.#setup(node))
    return names
  }

  /** Stops a node, also one that still waits for others. */
  #stop(node: SupervisedNode): Promise<void> {
    const stopped = node.stop()
    this.#changed.notify()
    return stopped
  }

  /** Forgets a node that has ended and is not of the pipeline any more. */
  #remove(name: string): void {
    const node = this.#named(name)
    if (!node?.ended || Object.hasOwn(this.#plan.nodes, name)) return
    const { state, restarts, exitCode } = node
    this.#removed.set(name, { state, restarts, exitCode })
    this.#nodes.splice(this.#nodes.indexOf(node), 1)
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
    const isOver = (): boolean => node.isEnding() || before.every(({ wasReady }) => wasReady)
    let lost: DaffiError | undefined
    while (!isOver() && !(lost = this.#isolation.errorOf(node))) await this.#changed.wait()
    if (lost) node.fail(lost)
    else await this.#startups.run(() => node.run(), node.becameReady)
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
