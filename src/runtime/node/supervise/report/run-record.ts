import { stripVTControlCharacters } from 'node:util'
import { toErrorRecord, type ErrorRecord } from '../../../core/errors.js'
import { randomId } from '../../../core/names.js'
import type { CallStatus, LogLine, RunStatus, StatusQuestion } from '../../../status/index.js'
import type { RunEvent } from './run-events.js'

/** Number of log lines that are kept for viewers that are opened later. */
const MAX_LINES = 500
/** Characters after which a line is cut off. */
const MAX_LINE_LENGTH = 2000

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
        this.#addLine(event.node, event.line)
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
      lines: this.#lines.filter(({ number }) => number > known),
    }
  }

  #onState({ node, state, restarts, error }: Extract<RunEvent, { type: 'state' }>): void {
    this.#nodes[node] = { state, restarts, error: error ? toErrorRecord(error) : null }
    this.#addLine(node, error ? `${state}: ${error.message}` : state)
    if (state !== 'starting') return
    // The node makes its calls again.
    for (const [key, call] of this.#calls) if (call.node === node) this.#calls.delete(key)
  }

  #onCall({ node, plan, report }: Extract<RunEvent, { type: 'call' }>): void {
    const { call, source = null } = plan
    const key = `${node} ${report.index}`
    const { gaps = 0 } = this.#calls.get(key) ?? {}
    const set = (state: CallStatus['state'], error: ErrorRecord | null, newGaps = gaps): void => {
      this.#calls.set(key, { node, call, source, state, gaps: newGaps, error })
      // When a source breaks off, the node itself prints a line.
      if (error && state === 'failed') this.#addLine(node, `${call}: ${error.message}`)
    }
    if (report.type === 'gap') set('broken', report.error, gaps + 1)
    else if (report.type === 'resumed') set('running', null)
    else if (report.type !== 'progress') set(report.error ? 'failed' : 'done', report.error)
    else if (!this.#calls.has(key)) set('running', null)
  }

  #addLine(node: string, text: string): void {
    const plain = stripVTControlCharacters(text).slice(0, MAX_LINE_LENGTH)
    this.#lines.push({ number: ++this.#count, time: Date.now(), node, text: plain })
    if (this.#lines.length > 2 * MAX_LINES) this.#lines = this.#lines.slice(-MAX_LINES)
  }
}
