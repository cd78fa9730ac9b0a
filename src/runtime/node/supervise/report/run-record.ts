import { stripVTControlCharacters } from 'node:util'
import { toErrorRecord, type ErrorRecord } from '../../../core/errors.js'
import { randomId } from '../../../core/names.js'
import type { CallStatus, LogLine, RunStatus, StatusQuestion } from '../../../status/index.js'
import type { RunEvent } from './run-events.js'

/** Log lines that are kept for who comes later, and the longest that is told of one. */
const KEPT_LINES = 500
const LINE_CHARACTERS = 2000

/** How a run is, kept from its events. */
export class RunRecord {
  readonly #id = randomId()
  readonly #nodes: RunStatus['nodes'] = {}
  readonly #calls = new Map<string, CallStatus>()
  #lines: LogLine[] = []
  #count = 0

  take(event: RunEvent): void {
    switch (event.type) {
      case 'server':
        for (const node of event.nodes) this.#nodes[node] = { state: 'starting', restarts: 0, error: null }
        break
      case 'line':
        this.#line(event.node, event.line)
        break
      case 'state':
        this.#state(event)
        break
      case 'call':
        this.#call(event)
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

  #state({ node, state, restarts, error }: Extract<RunEvent, { type: 'state' }>): void {
    this.#nodes[node] = { state, restarts, error: error ? toErrorRecord(error) : null }
    this.#line(node, error ? `${state}: ${error.message}` : state)
    if (state !== 'starting') return
    // Its calls are made again.
    for (const [key, call] of this.#calls) if (call.node === node) this.#calls.delete(key)
  }

  #call({ node, plan, report }: Extract<RunEvent, { type: 'call' }>): void {
    const { call, source = null } = plan
    const key = `${node} ${report.index}`
    const { gaps = 0 } = this.#calls.get(key) ?? {}
    const enter = (state: CallStatus['state'], error: ErrorRecord | null, breaks = gaps): void => {
      this.#calls.set(key, { node, call, source, state, gaps: breaks, error })
      // Of a break its node has a line of its own.
      if (error && state === 'failed') this.#line(node, `${call}: ${error.message}`)
    }
    if (report.type === 'gap') enter('broken', report.error, gaps + 1)
    else if (report.type === 'resumed') enter('running', null)
    else if (report.type !== 'progress') enter(report.error ? 'failed' : 'done', report.error)
    else if (!this.#calls.has(key)) enter('running', null)
  }

  #line(node: string, text: string): void {
    const plain = stripVTControlCharacters(text).slice(0, LINE_CHARACTERS)
    this.#lines.push({ number: ++this.#count, time: Date.now(), node, text: plain })
    if (this.#lines.length > 2 * KEPT_LINES) this.#lines = this.#lines.slice(-KEPT_LINES)
  }
}
