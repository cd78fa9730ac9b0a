import { setMaxListeners } from 'node:events'
import { deferred, Wakeup } from '../../core/deferred.js'
import type { DaffiError } from '../../core/errors.js'
import type { Logger, LogLevel } from '../../core/logger.js'
import type { NodePlan, Plan } from '../../core/plan.js'
import type { ServerHandle } from '../../nats/index.js'
import { aborted } from '../common/aborted.js'
import type { ChildExit } from './process/child-exit.js'
import type { RunEvent } from './report/run-events.js'
import { sayGoodbyeFor } from './process/publish-goodbye.js'
import { drained } from '../child/leave.js'
import { isCallReport, type NodeReport, type NodeSetup } from '../ipc/messages.js'
import { Outcome } from './report/run-results.js'
import { resultOf, type PipelineResult } from './report/pipeline-result.js'
import { RunClock } from './run-clock.js'
import { setupOf } from './node-setup.js'
import { StartingTurns } from './startup-limiter.js'
import { SupervisedNode, type Supervision } from './supervised-node.js'
import type { Change, WatchedPipeline } from '../watch/watched-pipeline.js'

export interface SupervisorOptions {
  /** Milliseconds from the first item of any stream, or from all ready when there is no stream. */
  durationMs?: number | undefined
  /** Goes on when every call has settled. */
  stay?: boolean | undefined
  /** Files are watched: a change of theirs is to come, so nothing ends by itself. */
  watched?: WatchedPipeline | undefined
  /** Folder in which what the sources yield is recorded. */
  record?: string | undefined
  log: Logger
  logLevel: LogLevel
  /** Ends the run: sources stop, streams run out, nodes leave. */
  stop: AbortSignal
  /** Ends every process at once. */
  force: AbortSignal
  onEvent: (event: RunEvent) => void
}

/** A node that goes on with its old code, and why. */
export interface Refusal {
  node: string
  error: DaffiError
}

/** Runs nodes of a pipeline, each in a process of its own, until there is a reason to end. */
export class Supervisor {
  #plan: Plan
  readonly #server: ServerHandle
  readonly #options: SupervisorOptions
  readonly #nodes: SupervisedNode[]
  readonly #runs = new Set<Promise<void>>()
  readonly #outcome: Outcome
  readonly #clock: RunClock
  readonly #supervision: Supervision
  readonly #draining = new AbortController()
  readonly #leaving = new AbortController()
  readonly #changed = new Wakeup()
  readonly #turns = new StartingTurns()
  readonly #ending = deferred()
  #serverError: DaffiError | undefined

  constructor(plan: Plan, nodes: NodePlan[], server: ServerHandle, options: SupervisorOptions) {
    this.#plan = plan
    this.#server = server
    this.#options = options
    this.#outcome = new Outcome(nodes)
    this.#clock = new RunClock(options.durationMs)
    // Each node listens, and there may be many.
    setMaxListeners(0, this.#draining.signal, this.#leaving.signal, options.force)
    this.#supervision = {
      draining: this.#draining.signal,
      leaving: this.#leaving.signal,
      forced: options.force,
      onState: (node: SupervisedNode) => this.#onState(node),
      onReport: (node: SupervisedNode, report: NodeReport) => this.#onReport(node, report),
      onLine: (node: SupervisedNode, line: string) =>
        options.onEvent({ type: 'line', node: node.name, line }),
      onExit: (node: SupervisedNode, exit: ChildExit) => this.#onExit(node, exit),
    }
    this.#nodes = nodes.map((node) => this.#supervised(node))
  }

  async run(): Promise<PipelineResult> {
    const { onEvent, stop, force } = this.#options
    onEvent({ type: 'server', server: this.#server.info, nodes: this.#nodes.map(({ name }) => name) })
    for (const node of this.#nodes) this.#launch(node)
    const serverGone = this.#server.failed.then((error) => (this.#serverError = error))
    await Promise.race([this.#ending.promise, this.#clock.over, serverGone, aborted(stop), aborted(force)])
    this.#clock.cancel()
    this.#draining.abort()
    if (!this.#serverError) await Promise.race([drained(this.#allIdle()), aborted(force)])
    this.#leaving.abort()
    while (this.#runs.size > 0) await Promise.all(this.#runs)
    for (const { name } of this.#nodes) this.#outcome.cut(name)
    return resultOf(this.#plan.name, this.#server.info, this.#nodes, this.#outcome, this.failure)
  }

  /** What ended the run before its time: the server's failure, or a node's. */
  get failure(): DaffiError | undefined {
    return this.#serverError ?? this.#nodes.find(({ state }) => state === 'failed')?.error
  }

  /** Takes a change of the pipeline into the run. Resolves with the nodes that could not take it in. */
  async apply({ plan, start, restart, reload, stop }: Change): Promise<Refusal[]> {
    this.#plan = plan
    const named = (name: string): SupervisedNode | undefined => this.#nodes.find((node) => node.name === name)
    const isReady = (node: NodePlan): boolean => named(node.name)?.state === 'ready'
    const reloads = reload.filter(({ node }) => isReady(node))
    const others = reload.map(({ node }) => node).filter((node) => !isReady(node))
    const begins = [...start, ...restart, ...others]
    const ends = [...stop, ...begins.map(({ name }) => name)].flatMap((name) => named(name) ?? [])
    await Promise.all(ends.map((node) => node.stop()))
    for (const node of begins) this.#begin(named(node.name), node)
    const results = reloads.map(async ({ node, modules }) => {
      const error = await named(node.name)?.reload(this.#setup(node), modules)
      return error ? [{ node: node.name, error }] : []
    })
    return (await Promise.all(results)).flat()
  }

  #begin(old: SupervisedNode | undefined, plan: NodePlan): void {
    if (this.#draining.signal.aborted) return
    this.#outcome.renew(plan)
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
    return setupOf(this.#plan, node, this.#server, { logLevel, record, modules: watched?.modulesOf(node) })
  }

  #launch(node: SupervisedNode): void {
    const run = this.#start(node)
      .catch(this.#ending.reject)
      .finally(() => this.#runs.delete(run))
    this.#runs.add(run)
  }

  /** A node starts when those it depends on are ready; ones that run elsewhere are not waited for. */
  async #start(node: SupervisedNode): Promise<void> {
    const before = this.#nodes.filter(({ name }) => node.plan.dependsOn.includes(name))
    const ready = Promise.all(before.map((each) => each.becameReady))
    await Promise.race([ready, aborted(this.#draining.signal)])
    await this.#turns.take(() => node.run(), node.becameReady)
  }

  /** Resolves when no node has a call left to run. */
  async #allIdle(): Promise<void> {
    while (!this.#nodes.every(({ idle }) => idle)) await this.#changed.wait()
  }

  #onState(node: SupervisedNode): void {
    const { name, state, restarts, error } = node
    if (state === 'starting' && restarts > 0) this.#outcome.again(name)
    this.#options.onEvent({ type: 'state', node: name, state, restarts, error })
    if (state === 'failed' && !this.#options.watched) this.#ending.resolve()
    this.#check()
  }

  #onReport(node: SupervisedNode, report: NodeReport): void {
    if (report.type === 'called') this.#options.onEvent({ ...report, node: node.name })
    if (isCallReport(report)) {
      this.#outcome.take(node.name, report)
      const plan = node.plan.calls[report.index]
      if (plan) this.#options.onEvent({ type: 'call', node: node.name, plan, report })
      if (report.type === 'progress' && report.summary.items > 0) this.#clock.begin()
    }
    this.#check()
  }

  #check(): void {
    this.#changed.notify()
    const calling = this.#nodes.filter(({ plan }) => plan.calls.length > 0)
    const { stay, watched } = this.#options
    const done = calling.every(({ idle }) => idle) && !stay
    if (!watched && (done || this.#nodes.every(({ ended }) => ended))) this.#ending.resolve()
    const streams = calling.some(({ plan }) => plan.calls.some(({ modifier }) => modifier.kind === 'STREAM'))
    if (!streams && this.#nodes.every(({ state }) => state === 'ready')) this.#clock.begin()
  }

  async #onExit(node: SupervisedNode, exit: ChildExit): Promise<void> {
    const asked = node.isEnding() && exit.exitCode === 0
    this.#outcome.cut(node.name, asked ? undefined : exit)
    const { force, log } = this.#options
    if (exit.pid !== undefined && exit.exitCode !== 0 && !force.aborted && !this.#serverError) {
      await sayGoodbyeFor(node.name, exit.pid, this.#plan, this.#server, log)
    }
  }
}
