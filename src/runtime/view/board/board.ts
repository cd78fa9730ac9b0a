import type { Plan } from '../../core/plan.js'
import type { ServerInfo } from '../../nats/index.js'
import type { RunStatus, Status } from '../../status/index.js'
import { LogLines } from './log-lines.js'
import { NodeViews } from './node-views.js'
import type { CallView, Snapshot } from './snapshot.js'
import { StreamViews } from './stream-views.js'

/** Puts together what was heard of a pipeline, over and over, with what its file says. */
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

  /** @param now milliseconds since the epoch */
  take(heard: Status[], now: number): Omit<Snapshot, 'lines' | 'connected'> {
    const runs = heard.filter((each) => each.what === 'run')
    this.lines.take(runs)
    return {
      pipeline: this.#plan.name,
      server: this.#server,
      time: now,
      sources: Object.entries(this.#plan.sources).map(([name, { kind }]) => ({ name, kind })),
      nodes: this.#nodes.take(
        heard.filter((each) => each.what === 'node'),
        runs,
        now,
      ),
      calls: callViews(this.#plan, runs),
      streams: this.#streams.take(
        heard.filter((each) => each.what === 'stream'),
        now,
      ),
    }
  }
}

function callViews({ nodes }: Plan, runs: RunStatus[]): CallView[] {
  const told = runs.flatMap((run) => run.calls)
  return Object.values(nodes).flatMap(({ name: node, calls }) =>
    calls.map(({ call, modifier, source = null, to = null }) => {
      const { state, gaps, error } =
        told.find((each) => each.node === node && each.call === call && each.source === source) ?? NOTHING
      const why = error?.message ?? null
      return { node, call, modifier: modifier.kind, source, to, state, gaps, error: why }
    }),
  )
}

const NOTHING = { state: 'open', gaps: 0, error: null } as const
