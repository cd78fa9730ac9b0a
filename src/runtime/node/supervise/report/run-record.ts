import { KIB } from '../../../core/bytes.js'
import { toErrorRecord, type ErrorRecord } from '../../../core/errors.js'
import { shortError } from '../../../core/message/short-error.js'
import { randomId } from '../../../core/names.js'
import { plainText } from '../../../core/text/plain-text.js'
import type {
  CallStatus,
  LineLevel,
  LogLine,
  NodeState,
  RunStatus,
  StatusQuestion,
} from '../../../status/index.js'
import type { RunEvent } from './run-events.js'

/** Number of log lines that are kept for viewers that are opened later. */
const MAX_LINES = 500
/** Characters after which a line is cut off. */
const MAX_LINE_LENGTH = 2000
/** Characters of the lines in one status; the next one has the lines after them. */
const MAX_STATUS_LENGTH = 128 * KIB

/** The present status of a run, put together from its events. */
export class RunRecord {
  readonly #id = randomId()
  readonly #nodes: RunStatus['nodes'] = {}
  readonly #calls = new Map<string, CallStatus>()
  #lines: LogLine[] = []
  #count = 0

  onEvent(event: RunEvent): void {
    switch (event.type) {
      case 'server':
        for (const node of event.nodes) this.#nodes[node] = { state: 'starting', restarts: 0, error: null }
        break
      case 'line':
        this.#addLine(event.node, event.line, levelOf(event.line))
        break
      case 'note':
        this.#addLine(event.node, event.text, event.level)
        break
      case 'state':
        this.#onState(event)
        break
      case 'call':
        this.#onCall(event)
    }
  }

  status({ lines }: StatusQuestion): RunStatus {
    const known = lines[this.#id] ?? 0
    return {
      what: 'run',
      id: this.#id,
      nodes: this.#nodes,
      calls: [...this.#calls.values()],
      lines: this.#linesAfter(known),
    }
  }

  #linesAfter(known: number): LogLine[] {
    const after = this.#lines.filter(({ number }) => number > known)
    let length = 0
    const end = after.findIndex(({ text }) => (length += text.length) > MAX_STATUS_LENGTH)
    return end === -1 ? after : after.slice(0, end)
  }

  #onState({ node, state, restarts, error }: Extract<RunEvent, { type: 'state' }>): void {
    this.#nodes[node] = { state, restarts, error: error ? shortError(toErrorRecord(error)) : null }
    // The trouble of a call has a line of its own.
    this.#addLine(node, error && state !== 'degraded' ? `${state}: ${error.message}` : state, LEVELS[state])
    if (state !== 'starting') return
    // The node makes its calls again.
    for (const [key, call] of this.#calls) if (call.node === node) this.#calls.delete(key)
  }

  #onCall({ node, plan, report }: Extract<RunEvent, { type: 'call' }>): void {
    const { call, source = null, resultsOf, as } = plan
    const from = {
      ...(resultsOf !== undefined && { results_of: resultsOf }),
      ...(as !== undefined && { as }),
    }
    const key = `${node} ${report.index}`
    const { gaps = 0 } = this.#calls.get(key) ?? {}
    const set = (state: CallStatus['state'], error: ErrorRecord | null, newGaps = gaps): void => {
      this.#calls.set(key, {
        node,
        call,
        source,
        ...from,
        state,
        gaps: newGaps,
        error: error && shortError(error),
      })
    }
    if (report.type === 'gap') set('broken', report.error, gaps + 1)
    else if (report.type === 'resumed') set('running', null)
    else if (report.type === 'trouble') set(report.error ? 'troubled' : 'running', report.error)
    else if (report.type === 'call' || report.type === 'stream')
      set(report.error ? 'failed' : 'done', report.error)
    else if (!this.#calls.has(key)) set('running', null)
  }

  #addLine(node: string, text: string, level: LineLevel): void {
    const plain = plainText(text.slice(0, MAX_LINE_LENGTH))
    this.#lines.push({ number: ++this.#count, time: Date.now(), node, level, text: plain })
    if (this.#lines.length > 2 * MAX_LINES) this.#lines = this.#lines.slice(-MAX_LINES)
  }
}

const LEVELS: Record<NodeState, LineLevel> = {
  starting: 'info',
  ready: 'info',
  degraded: 'warn',
  restarting: 'warn',
  stopped: 'info',
  failed: 'error',
}

/** The level of a line that a node has printed, as its logger has written it. */
function levelOf(line: string): LineLevel {
  if (line.startsWith('error: ')) return 'error'
  return line.startsWith('warn: ') ? 'warn' : 'info'
}
