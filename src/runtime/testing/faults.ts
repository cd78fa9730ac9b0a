import type { StreamSummary } from '../core/plan/summary.js'
import { readState } from '../nats/index.js'
import type { FaultPlan } from '../pipeline/index.js'
import type { Mismatch } from './judge/mismatch.js'
import type { Observation } from './run/observation.js'
import type { PipelineRun } from './run/pipeline-run.js'
import { count } from '../core/text/count.js'

/** Faults that a test makes in its own run. */
export class Faults {
  readonly #plans: readonly FaultPlan[]
  readonly #run: PipelineRun
  /** Faults that were made. */
  readonly #made = new Set<FaultPlan>()
  /** Number of processes that are being killed. */
  #killing = 0

  constructor(plans: readonly FaultPlan[], run: PipelineRun) {
    this.#plans = plans
    this.#run = run
  }

  /** Whether no process is being killed, so that what the run shows of its nodes is true. */
  get areDone(): boolean {
    return this.#killing === 0
  }

  /** Makes each fault when it is due. Resolves when all were made, or the run is over. Rejects when the signal aborts. */
  async make(signal: AbortSignal): Promise<void> {
    await Promise.all(this.#plans.map((plan) => this.#make(plan, signal)))
  }

  /** Lists the faults that never came. */
  judge(streams: readonly StreamSummary[]): Mismatch[] {
    return this.#plans.flatMap((plan, index) => {
      const { at, kill } = plan
      const items = streams
        .filter(({ call }) => call === at?.stream)
        .reduce((sum, each) => sum + each.items, 0)
      if (kill === undefined ? items >= (at?.item ?? 0) : this.#made.has(plan)) return []
      const why = at ? `the stream to ${at.stream} had ${items} of its ${count(at.item, 'item')}` : 'the run was over'
      return [{ path: ['faults', index], message: `the fault never came: ${why}`, mayStillPass: false }]
    })
  }

  async #make(plan: FaultPlan, signal: AbortSignal): Promise<void> {
    const { at, kill } = plan
    if (kill === undefined) return
    const isDue = (seen: Observation): boolean =>
      at ? seen.given(at.stream) >= at.item : seen.starting.length === 0
    if (!(await this.#run.until(isDue, signal))) return
    this.#made.add(plan)
    if (kill === 'server') this.#killServer()
    else await Promise.all(kill.map((node) => this.#kill(node, signal)))
  }

  /** Kills the process of a node, once it has one. Resolves when it is gone. */
  async #kill(node: string, signal: AbortSignal): Promise<void> {
    this.#killing++
    try {
      await this.#run.until((observation) => observation.pidOf(node) !== undefined, signal)
      const pid = this.#run.observation.pidOf(node)
      if (pid === undefined) return
      kill(pid)
      await this.#run.until((observation) => observation.pidOf(node) !== pid, signal)
    } finally {
      this.#killing--
      this.#run.observation.changed.notify()
    }
  }

  /** Kills the server, which the run starts again. */
  #killServer(): void {
    const state = readState(this.#run.plan.project)
    if (state) kill(state.pid)
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has just ended.
  }
}
