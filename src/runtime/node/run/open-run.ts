import type { NatsConnection } from '@nats-io/transport-node'
import type { Plan } from '../../core/plan/plan.js'
import type { ServerHandle } from '../../nats/index.js'
import { OwnRun, type RunOrder } from '../../runs/index.js'
import { keptResult } from '../supervise/report/kept-result.js'
import type { PipelineResult } from '../supervise/report/pipeline-result.js'
import type { RunEvent } from '../supervise/report/run-events.js'
import { serveRunStatus } from '../supervise/report/serve-run-status.js'
import type { Supervisor } from '../supervise/supervisor.js'
import type { SupervisorOptions } from '../supervise/supervisor-options.js'
import { assertOnlyRun } from './only-run.js'

export interface OpenRunOptions extends Pick<SupervisorOptions, 'stop' | 'onEvent' | 'log'> {
  /** Whether it runs without a terminal. @default false */
  background?: boolean | undefined
  /** Nodes that no other run may have. @default any */
  alone?: readonly string[] | undefined
}

/** A run that others can find, ask for its status and give orders to, until it is closed. */
export class OpenRun {
  readonly #ended = new AbortController()

  private constructor(
    private readonly own: OwnRun,
    private readonly status: Awaited<ReturnType<typeof serveRunStatus>>,
    private readonly options: OpenRunOptions,
  ) {}

  /** @throws DaffiError DAFFI_ALREADY_RUNS, those of the folder `.daffi`, and of connecting */
  static async open(plan: Plan, server: ServerHandle, options: OpenRunOptions): Promise<OpenRun> {
    const { background = false, alone, onEvent } = options
    const own = await OwnRun.begin(plan.project, plan, { background, ownServer: server.info.embedded })
    try {
      const mayServe = async (nc: NatsConnection): Promise<void> => {
        if (alone) await assertOnlyRun(nc, own.about, { project: plan.project, nodes: alone })
      }
      const status = await serveRunStatus(own.about, server, { ...options, mayServe })
      const run = new OpenRun(own, status, options)
      onEvent({ type: 'run', run: own.about })
      return run
    } catch (error) {
      await own.end(error)
      throw error
    }
  }

  /** Aborts when the run is to end, also by an order. */
  get stop(): AbortSignal {
    return AbortSignal.any([this.options.stop, this.#ended.signal])
  }

  /** Records an event of the run, and passes it on. */
  get onEvent(): (event: RunEvent) => void {
    return this.status.onEvent
  }

  get followHeartbeats(): SupervisorOptions['followHeartbeats'] {
    return this.status.followHeartbeats
  }

  /** Takes orders, which the supervisor carries out. */
  obey(supervisor: Supervisor): void {
    this.status.takeOrders((order: RunOrder) => {
      if (order.order !== 'end') return supervisor.obey(order)
      if (!this.#ended.signal.aborted) this.options.log.info('ending, as daffi down has asked for')
      this.#ended.abort()
      return []
    })
  }

  /**
   * @param error why the run has failed; undefined when it has not
   * @param result its account, if it has one
   */
  async close(error: unknown, result?: PipelineResult): Promise<void> {
    await this.status.close()
    await this.own.end(error, result && keptResult(result))
  }
}
