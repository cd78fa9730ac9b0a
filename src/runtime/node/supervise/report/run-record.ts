import { KIB } from '../../../core/bytes.js'
import { toErrorRecord, type ErrorRecord } from '../../../core/errors.js'
import { shortError } from '../../../core/message/short-error.js'
import { withNodeName } from '../../../core/names.js'
import { callOrigin } from '../../../core/plan/call-origin.js'
import { plainText } from '../../../core/text/plain-text.js'
import type { CallStatus, LogLine, RunNodeStatus, RunStatus, StatusQuestion } from '../../../status/index.js'
import type { RunFile } from '../../../runs/index.js'
import { lineOf, type EventLine } from './event-lines.js'
import type { RunEvent } from './run-events.js'
import { StreamTotals } from './stream-totals.js'

/** Number of log lines that are kept for viewers that are opened later. */
const MAX_LINES = 500
/** Characters after which a line is cut off. */
const MAX_LINE_LENGTH = 2000
/** Characters of the lines in one status; the next one has the lines after them. */
const MAX_STATUS_LENGTH = 128 * KIB

const STARTING: RunNodeStatus = {
  state: 'starting',
  pid: null,
  since: null,
  restarts: 0,
  error: null,
  lastEnd: null,
}

/** The present status of a run, put together from its events. */
export class RunRecord {
  readonly #run: RunFile
  #nodes: RunStatus['nodes'] = {}
  readonly #calls = new Map<string, CallStatus>()
  readonly #totals = new StreamTotals()
  #lines: LogLine[] = []
  #count = 0

  constructor(run: RunFile) {
    this.#run = run
  }

  onEvent(event: RunEvent): void {
    const line = lineOf(event)
    if (line) this.#addLine(line)
    this.#totals.onEvent(event)
    switch (event.type) {
      case 'server':
        for (const node of event.nodes) this.#nodes[node] = STARTING
        break
      case 'state':
        this.#onState(event)
        break
      case 'removed':
        this.#forgetCalls(event.node)
        Reflect.deleteProperty(this.#nodes, event.node)
        break
      case 'call':
        this.#onCall(event)
    }
  }

  status({ lines }: StatusQuestion): RunStatus {
    const { id, host, process, since, background } = this.#run
    return {
      what: 'run',
      id,
      host,
      pid: process.pid,
      since,
      background,
      nodes: this.#nodes,
      calls: [...this.#calls.values()],
      streams: this.#totals.all,
      lines: lines ? this.#linesAfter(lines[id] ?? 0) : [],
    }
  }

  #linesAfter(known: number): LogLine[] {
    const after = this.#lines.filter(({ number }) => number > known)
    let length = 0
    const end = after.findIndex(({ text }) => (length += text.length) > MAX_STATUS_LENGTH)
    // Made harmless for those who ask: many more lines are printed than are asked for.
    return (end === -1 ? after : after.slice(0, end)).map((line) => ({ ...line, text: plainText(line.text) }))
  }

  #onState(event: Extract<RunEvent, { type: 'state' }>): void {
    const { node, state, restarts, error, process, lastEnd = null } = event
    const { pid = null, since = null } = process ?? {}
    const record = error ? shortError(toErrorRecord(error)) : null
    if (!Object.hasOwn(this.#nodes, node)) this.#addNode(node)
    this.#nodes[node] = { state, pid, since, restarts, error: record, lastEnd }
    // The node makes its calls again.
    if (state === 'starting') this.#forgetCalls(node)
  }

  #addNode(node: string): void {
    const names = withNodeName(Object.keys(this.#nodes), node)
    this.#nodes = Object.fromEntries(names.map((name) => [name, this.#nodes[name] ?? STARTING]))
  }

  #forgetCalls(node: string): void {
    for (const [key, call] of this.#calls) if (call.node === node) this.#calls.delete(key)
  }

  #onCall({ node, plan, report }: Extract<RunEvent, { type: 'call' }>): void {
    const { index } = report
    const key = `${node} ${index}`
    const set = (state: CallStatus['state'], error: ErrorRecord | null): void => {
      const about = { node, index, ...callOrigin(plan), gaps: this.#totals.gapsOf(node, index) }
      this.#calls.set(key, { ...about, state, error: error && shortError(error) })
    }
    if (report.type === 'gap') set('broken', report.error)
    else if (report.type === 'resumed') set('running', null)
    else if (report.type === 'trouble') set(report.error ? 'troubled' : 'running', report.error)
    else if (report.type === 'call' || report.type === 'stream')
      set(report.error ? 'failed' : 'done', report.error)
    else if (!this.#calls.has(key)) set('running', null)
  }

  #addLine({ node, stream, level, text }: EventLine): void {
    // Without a node there is nothing that a viewer could show it beside.
    if (node === undefined) return
    const short = text.length > MAX_LINE_LENGTH ? `${text.slice(0, MAX_LINE_LENGTH)}…` : text
    this.#lines.push({ number: ++this.#count, time: Date.now(), node, stream, level, text: short })
    if (this.#lines.length > 2 * MAX_LINES) this.#lines = this.#lines.slice(-MAX_LINES)
  }
}
