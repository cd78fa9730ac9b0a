import { toErrorRecord } from '../../runtime/core/errors.js'
import { errorLine } from '../../runtime/core/message/error-text.js'
import type { CallPlan, CallReport, Plan, RunEvent, StreamSummary } from '../../runtime/index.js'
import { plainJson } from '../../runtime/core/text/plain-text.js'
import { coloursFor, type Colours } from './colours.js'
import { printPageUrl } from '../viewer/page-url.js'
import { printedLines } from './marked-colours.js'
import { nodePrefix } from './node-prefix.js'
import { StageProgress } from './progress/stage-progress.js'
import type { Screen } from './screen.js'
import { StreamProgress } from './progress/stream-progress.js'

/** Prefix of daffi's own lines. */
const OWN = 'daffi'
/** Interval between two redraws of the live lines on a terminal. */
const REDRAW_INTERVAL_MS = 500
/** Interval between two lines of one stream where there is no terminal. */
const PROGRESS_INTERVAL_MS = 5000

interface ShownStream {
  progress: StreamProgress
  latest: StreamSummary
  shownAt: number
}

/** Kinds of sources whose items need not be frames. */
const ITEM_KINDS: ReadonlySet<string> = new Set(['module', 'list', 'recording'])

/** Shows a run while it lasts: the nodes' lines, each with the node's name, their states, and the streams' progress. */
export class RunView implements Disposable {
  readonly #plan: Plan
  readonly #screen: Screen
  readonly #timestamps: boolean
  readonly #live: (lines: readonly string[]) => void
  readonly #colours: Colours
  readonly #prefix: (name: string) => string
  readonly #streams = new Map<string, ShownStream>()
  readonly #stages = new StageProgress(PROGRESS_INTERVAL_MS)
  readonly #timer: NodeJS.Timeout | undefined

  /** @param timestamps whether lines begin with their time */
  constructor(plan: Plan, screen: Screen, timestamps = false) {
    this.#plan = plan
    this.#screen = screen
    this.#timestamps = timestamps
    this.#live = screen.section()
    this.#colours = coloursFor({ isTTY: screen.isTerminal })
    this.#prefix = nodePrefix([...Object.keys(plan.nodes), OWN], this.#colours)
    if (this.#screen.isTerminal) this.#timer = setInterval(() => this.#redraw(), REDRAW_INTERVAL_MS)
  }

  /** Shows a line of daffi's own. */
  readonly note = (text: string): void => this.#line(OWN, text)

  readonly show = (event: RunEvent): void => {
    switch (event.type) {
      case 'server': {
        const { url, version, embedded } = event.server
        const server = `nats-server ${version} at ${url}${embedded ? '' : ' (joined)'}`
        this.note(`${this.#plan.name} on ${server}: ${event.nodes.join(', ')}`)
        break
      }
      case 'view':
        printPageUrl(event.url)
        break
      case 'line':
        for (const each of event.line.split('\n'))
          for (const line of printedLines(each, this.#colours)) this.#line(event.node, line)
        break
      case 'note':
        this.#note(event)
        break
      case 'state':
        this.#state(event)
        break
      case 'stages':
        this.#stages.accept(event)
        if (!this.#screen.isTerminal)
          for (const line of this.#stages.due(event.node, performance.now())) this.#line(event.node, line)
        break
      case 'call':
        this.#call(event.node, event.plan, event.report)
    }
  };

  [Symbol.dispose](): void {
    clearInterval(this.#timer)
    this.#live([])
  }

  #state({ node, state, error, restarts }: Extract<RunEvent, { type: 'state' }>): void {
    const { red, yellow, dim } = this.#colours
    const why = error ? `: ${errorLine(toErrorRecord(error))}` : ''
    if (state === 'starting') this.#stages.restart(node)
    if (state === 'failed') this.#line(node, red(`failed${why}`))
    else if (state === 'restarting') this.#line(node, yellow(`restarting (${restarts})${why}`))
    // Why it is degraded has been noted.
    else if (state === 'degraded') this.#line(node, yellow(state))
    else this.#line(node, error ? yellow(`${state}${why}`) : dim(state))
  }

  #note({ node, level, text }: Extract<RunEvent, { type: 'note' }>): void {
    const { red, yellow } = this.#colours
    const paint = { error: red, warn: yellow, info: String }[level]
    this.#line(node, paint(text))
  }

  #call(node: string, plan: CallPlan, report: CallReport): void {
    if (report.type === 'progress') this.#progress(`${node} ${report.index}`, plan, report.summary)
    if (report.type !== 'call' && report.type !== 'stream') return
    if (report.type === 'call' && !report.error) this.#line(node, `${plan.call}: ${plainJson(report.value)}`)
    if (report.type === 'stream') {
      this.#streams.delete(`${node} ${report.index}`)
      this.#redraw()
    }
  }

  #progress(key: string, plan: CallPlan, summary: StreamSummary): void {
    const shown = this.#streams.get(key) ?? this.#newStream(plan, summary)
    this.#streams.set(key, shown)
    shown.latest = summary
    if (
      this.#screen.isTerminal ||
      summary.items === 0 ||
      performance.now() - shown.shownAt < PROGRESS_INTERVAL_MS
    )
      return
    shown.shownAt = performance.now()
    this.#line(summary.from, shown.progress.lines(summary).join(' | '))
  }

  #newStream({ source }: CallPlan, latest: StreamSummary): ShownStream {
    const kind = source === undefined ? undefined : this.#plan.sources[source]?.kind
    const progress = new StreamProgress(kind === undefined || ITEM_KINDS.has(kind) ? 'item' : 'frame')
    return { progress, latest, shownAt: 0 }
  }

  #redraw(): void {
    const lines = [...this.#streams.values()].map(({ progress, latest }) => progress.lines(latest))
    this.#live([
      ...lines.flatMap(([head = '', ...receivers]) => [head, ...receivers.map((each) => `  ${each}`)]),
      ...this.#stages.lines(),
    ])
  }

  #line(name: string, text: string): void {
    const when = this.#timestamps ? `${this.#colours.dim(new Date().toISOString())} ` : ''
    for (const line of text.split('\n')) this.#screen.line(when + this.#prefix(name) + line)
  }
}
