import { errorLine } from '../../core/message/error-text.js'
import { callOrigin, originKey, type CallOrigin } from '../../core/plan/call-origin.js'
import type { CallPlan, Plan } from '../../core/plan/plan.js'
import type { ServerInfo } from '../../nats/index.js'
import type { CallStatus, RunStatus, Status } from '../../status/index.js'
import { endToEnd } from './end-to-end.js'
import { LogLines } from './log-lines.js'
import { NodeViews } from './node-views.js'
import { ranked } from './ranks.js'
import type { CallView, Snapshot, TotalView } from './snapshot.js'
import { StreamNames } from './stream-names.js'
import { StreamTotals } from './stream-totals.js'
import { StreamViews } from './stream-views.js'

/** State of a pipeline: a snapshot without log lines, since which are new depends on the page that gets them; and totals. */
export interface PipelineState extends Omit<Snapshot, 'lines'> {
  totals: TotalView[]
}

/** The state of a pipeline as the page shows it: its file, combined with the answers to status requests. */
export class Board {
  readonly #plan: Plan
  readonly #server: ServerInfo
  readonly #nodes: NodeViews
  readonly #names: StreamNames
  readonly #streams: StreamViews
  readonly #totals: StreamTotals
  /** Calls of the pipeline file, each with its number among those of the same origin. */
  readonly #calls: ReturnType<typeof ranked<PlannedCall>>
  readonly lines = new LogLines()

  constructor(plan: Plan, server: ServerInfo) {
    this.#plan = plan
    this.#server = server
    this.#nodes = new NodeViews(plan)
    this.#names = new StreamNames(plan)
    this.#streams = new StreamViews(plan)
    this.#totals = new StreamTotals(this.#names)
    this.#calls = ranked(plannedCalls(plan), ({ key }) => key)
  }

  /**
   * Takes in the answers to one request.
   * @param now milliseconds since 1970
   */
  update(answers: Status[], now: number): Omit<PipelineState, 'connected'> {
    const runs = answers.filter((each) => each.what === 'run')
    this.lines.add(runs)
    const streams = this.#streams.update(
      answers.filter((each) => each.what === 'stream'),
      now,
    )
    const totals = this.#totals.update(runs, streams)
    const latencies = endToEnd(streams)
    return {
      pipeline: this.#plan.name,
      server: this.#server,
      time: now,
      sources: Object.entries(this.#plan.sources).map(([name, plan]) => ({
        name,
        kind: plan.kind === 'view' ? `view of ${plan.of}` : plan.kind,
        endToEndMs: latencies.get(name) ?? null,
      })),
      nodes: this.#nodes.update(
        answers.filter((each) => each.what === 'node'),
        runs,
        now,
      ),
      calls: this.#callViews(runs),
      streams,
      totals,
    }
  }

  #callViews(runs: RunStatus[]): CallView[] {
    const reported = new Map<string, CallStatus[]>()
    for (const call of runs.flatMap((run) => run.calls)) {
      const key = originKey(call.node, call)
      reported.set(key, [...(reported.get(key) ?? []), call])
    }
    return this.#calls.map(({ thing: { node, call, index, origin, key }, rank }) => {
      const same = reported.get(key) ?? []
      const isPlanned = (at: number): boolean =>
        this.#calls.some(({ thing }) => thing.key === key && thing.index === at)
      // The file may have changed since, so that the call has another position.
      const moved = (): CallStatus | undefined => same.find((each) => !isPlanned(each.index))
      const { state, error } = same.find((each) => each.index === index) ?? moved() ?? NOT_BEGUN
      return {
        node,
        call: call.call,
        modifier: call.modifier.kind,
        source: origin.source,
        resultsOf: call.resultsOf ?? null,
        as: call.as ?? null,
        to: call.to ?? null,
        state,
        gaps: this.#totals.gapsOf(this.#names.of({ from: node, ...origin }, rank)),
        error: error && errorLine(error),
        code: error?.code ?? null,
      }
    })
  }
}

interface PlannedCall {
  node: string
  call: CallPlan
  index: number
  origin: CallOrigin
  /** Key that calls of the same origin have in common. */
  key: string
}

function plannedCalls({ nodes }: Plan): PlannedCall[] {
  return Object.values(nodes).flatMap(({ name: node, calls }) =>
    calls.map((call, index) => {
      const origin = callOrigin(call)
      return { node, call, index, origin, key: originKey(node, origin) }
    }),
  )
}

const NOT_BEGUN = { state: 'open', error: null } as const
