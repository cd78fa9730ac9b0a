import { setTimeout as delay } from 'node:timers/promises'
import type { DaffiError, ErrorRecord } from '../../../core/errors.js'
import { noRun, silentRun } from '../../../core/project/no-run.js'
import { isoTime } from '../../../core/text/iso-time.js'
import { askStatus, type NodeStatus, type RunStatus, type Status } from '../../../status/index.js'
import { NatsLink } from '../../../stream/index.js'
import {
  GrowthRates,
  NodeViews,
  StreamViews,
  type NodeView,
  type StageView,
  type StreamView,
} from '../../../view/index.js'
import type { RunsView } from '../runs/look-at-runs.js'

/** Time without any answer after which a pipeline without a run of this machine is taken as over. */
const SILENCE_MS = 3000
/** A watch knows no pipeline file: what runs tells of itself, on other hosts too. */
const NO_PLAN = { nodes: {} }

/** A node, its process, and what that uses. */
export interface NodeLook extends Omit<NodeView, 'stages'> {
  /** Null when nothing is known of it. */
  host: string | null
  /** Null when it has no process. */
  pid: number | null
  /** Start of its process, in ISO 8601; null when it has none, or is not of a run. */
  since: string | null
}

/** Account of a stage, and how fast it goes. */
export interface StageLook extends StageView {
  node: string
  /** Items that it takes per second, and results that go out. */
  inRate: number
  outRate: number
}

/** State of a running pipeline at one moment. */
export interface PipelineLook {
  /** Milliseconds since 1970. */
  time: number
  /** Whether the server can be reached; without it nothing is known but what was before. */
  connected: boolean
  /** Whether the run has ended. */
  isOver: boolean
  /** The reason why it has failed; null when it has not, or it is not known. */
  error: ErrorRecord | null
  runs: RunStatus[]
  nodes: NodeLook[]
  /** Streams that are being written, in the order of the nodes that write them. */
  streams: StreamView[]
  stages: StageLook[]
}

/** Looks at a running pipeline from outside, by the answers to status requests: it costs nothing between two looks. */
export class PipelineWatch {
  readonly #view: RunsView
  readonly pipeline: string
  readonly link: NatsLink
  readonly #nodes = new NodeViews(NO_PLAN)
  #streams = new StreamViews()
  #rates = new GrowthRates()
  readonly #isLocal: boolean
  #heard = Date.now()
  #latest: PipelineLook | undefined

  private constructor(view: RunsView, pipeline: string, link: NatsLink) {
    this.#view = view
    this.pipeline = pipeline
    this.link = link
    this.#isLocal = this.#runs.some(({ file }) => file !== undefined)
  }

  /** @throws DaffiError DAFFI_NO_RUN when nothing of the pipeline runs, or its run cannot be reached */
  static async open(view: RunsView, pipeline: string): Promise<PipelineWatch> {
    const nc = view.connectionOf(pipeline)
    const runs = view.runs.filter((run) => run.pipeline === pipeline)
    if (!nc || nc.isClosed()) throw absent(view, pipeline, runs.length > 0)
    const watch = new PipelineWatch(view, pipeline, new NatsLink(nc))
    const { nodes, streams } = await watch.look()
    if (nodes.length + streams.length === 0) throw absent(view, pipeline, runs.length > 0)
    return watch
  }

  /** Asks once. */
  async look(): Promise<PipelineLook> {
    const { connected } = this.link
    const answers = connected ? await askStatus(this.link.nc, this.pipeline, { lines: null }) : []
    const time = Date.now()
    if (answers.length > 0) this.#heard = time
    const isOver = answers.length === 0 && (await this.#isOver(time))
    const isUnknown = answers.length === 0 && !isOver && this.#latest !== undefined
    if (isUnknown && this.#latest) return { ...this.#latest, time, connected: this.link.connected }
    const runs = ofKind(answers, 'run')
    const answered = ofKind(answers, 'node')
    const views = this.#nodes.update(answered, runs, time)
    const nodes = views.map((view) => this.#node(view, answered, runs))
    const stages = views.flatMap((view) => view.stages.map((stage) => this.#stage(view.name, stage, time)))
    const ids = new Set(ofKind(answers, 'stream').map(({ id }) => id))
    const rank = new Map(nodes.map(({ name }, index) => [name, index]))
    const rankOf = ({ from }: StreamView): number => rank.get(from) ?? nodes.length
    const streams = this.#streams
      .update(ofKind(answers, 'stream'), time)
      .filter(({ id }) => ids.has(id))
      .sort((a, b) => rankOf(a) - rankOf(b))
    const { error = null } = this.#view.over.find(({ name }) => name === this.pipeline)?.ended ?? {}
    this.#latest = { time, connected, isOver, error: isOver ? error : null, runs, nodes, streams, stages }
    return this.#latest
  }

  /**
   * Yields looks, each `everyMs` after the one before; the last one when the run is over. Ends when the signal aborts. Rates
   * begin with the first of these looks, where they are 0: receivers report at intervals of their own, so that those over the
   * odd time since an earlier look would not agree with the rates of their streams.
   */
  async *follow(everyMs: number, signal: AbortSignal): AsyncGenerator<PipelineLook, void, undefined> {
    this.#streams = new StreamViews()
    this.#rates = new GrowthRates()
    let due = Date.now()
    while (!signal.aborted) {
      const look = await this.look()
      if (signal.aborted as boolean) return
      yield look
      if (look.isOver) return
      due = Math.max(due + everyMs, Date.now())
      await delay(due - Date.now(), undefined, { signal }).catch(() => undefined)
    }
  }

  #node(view: NodeView, answered: readonly NodeStatus[], runs: readonly RunStatus[]): NodeLook {
    const { stages: _, ...shown } = view
    const { name } = shown
    const answer = answered.find((each) => each.name === name)
    const run = runs.find(({ nodes }) => Object.hasOwn(nodes, name))
    const planned = run?.nodes[name]
    const pid = planned ? planned.pid : (answer?.pid ?? null)
    const since = planned?.since ?? null
    const host = answer?.host ?? run?.host ?? null
    return { ...shown, host, pid, since: since === null ? null : isoTime(since) }
  }

  #stage(node: string, stage: StageView, time: number): StageLook {
    const rate = (what: 'in' | 'out'): number =>
      this.#rates.add(`${what} ${node} ${stage.callback}`, time / 1000, stage[what])
    return { node, ...stage, inRate: rate('in'), outRate: rate('out') }
  }

  get #runs(): RunsView['runs'] {
    return this.#view.runs.filter(({ pipeline }) => pipeline === this.pipeline)
  }

  async #isOver(now: number): Promise<boolean> {
    await this.#view.refresh()
    if (this.#runs.length > 0) return false
    // Of a run of this machine its file tells. Of others only silence does, while there is a connection.
    return this.#isLocal || (this.link.connected && now - this.#heard > SILENCE_MS)
  }
}

function ofKind<K extends Status['what']>(
  answers: readonly Status[],
  what: K,
): Extract<Status, { what: K }>[] {
  return answers.filter((each): each is Extract<Status, { what: K }> => each.what === what)
}

function absent({ over }: RunsView, pipeline: string, isSilent: boolean): DaffiError {
  if (isSilent) return silentRun(pipeline)
  return noRun(pipeline, over.some(({ name }) => name === pipeline) ? ' any more' : '')
}
