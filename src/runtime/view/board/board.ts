import { errorLine } from '../../core/message/error-text.js'
import type { Plan } from '../../core/plan/plan.js'
import type { ServerInfo } from '../../nats/index.js'
import type { RunStatus, Status } from '../../status/index.js'
import { endToEnd } from './end-to-end.js'
import { LogLines } from './log-lines.js'
import { NodeViews } from './node-views.js'
import type { CallView, Snapshot } from './snapshot.js'
import { StreamViews } from './stream-views.js'

/** The state of a pipeline as the page shows it: its file, combined with the answers to status requests. */
export class Board {
  readonly #plan: Plan
  readonly #server: ServerInfo
  readonly #nodes: NodeViews
  readonly #streams: StreamViews
  readonly lines = new LogLines()

  constructor(plan: Plan, server: ServerInfo) {
    this.#plan = plan
    this.#server = server
    this.#nodes = new NodeViews(plan)
    this.#streams = new StreamViews(plan)
  }

  /**
   * Takes in the answers to one request.
   * @param now milliseconds since 1970
   */
  update(answers: Status[], now: number): Omit<Snapshot, 'lines' | 'connected'> {
    const runs = answers.filter((each) => each.what === 'run')
    this.lines.add(runs)
    const streams = this.#streams.update(
      answers.filter((each) => each.what === 'stream'),
      now,
    )
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
      calls: callViews(this.#plan, runs),
      streams,
    }
  }
}

function callViews({ nodes }: Plan, runs: RunStatus[]): CallView[] {
  const reported = runs.flatMap((run) => run.calls)
  return Object.values(nodes).flatMap(({ name: node, calls }) =>
    calls.map(({ call, modifier, source = null, resultsOf = null, as = null, to = null }) => {
      const { state, gaps, error } =
        reported.find(
          (each) =>
            each.node === node &&
            each.call === call &&
            each.source === source &&
            (each.results_of ?? null) === resultsOf &&
            (each.as ?? null) === as,
        ) ?? NOT_BEGUN
      const message = error && errorLine(error)
      const code = error?.code ?? null
      return {
        node,
        call,
        modifier: modifier.kind,
        source,
        resultsOf,
        as,
        to,
        state,
        gaps,
        error: message,
        code,
      }
    }),
  )
}

const NOT_BEGUN = { state: 'open', gaps: 0, error: null } as const
