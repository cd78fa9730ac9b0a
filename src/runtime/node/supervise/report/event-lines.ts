import { plainJson } from '../../../core/text/plain-text.js'
import { logRecord, type LogRecord } from '../../../logs/index.js'
import type { LineLevel, LineStream, NodeState } from '../../../status/index.js'
import type { RunEvent } from './run-events.js'

/** One record of a run's log: what a node has printed, or what its supervisor says of it. */
export interface EventLine {
  /** Undefined when it is about the run as a whole. */
  node: string | undefined
  stream: LineStream
  level: LineLevel
  text: string
}

const LEVELS: Record<NodeState, LineLevel> = {
  starting: 'info',
  ready: 'info',
  degraded: 'warn',
  restarting: 'warn',
  stopped: 'info',
  failed: 'error',
}

/** The record that the log has of an event that happens now. Undefined when it has none. */
export function recordOf(event: RunEvent): LogRecord | undefined {
  const line = lineOf(event)
  return line && logRecord(line)
}

/** The line that an event of a run has in the log. Undefined when it has none. */
export function lineOf(event: RunEvent): EventLine | undefined {
  switch (event.type) {
    case 'server': {
      const { url, version } = event.server
      const text = `nats-server ${version} at ${url}: ${event.nodes.join(', ')}`
      return { node: undefined, stream: 'daffi', level: 'info', text }
    }
    case 'line':
      return { node: event.node, stream: event.stream, level: levelOf(event.line), text: event.line }
    case 'note':
      return { node: event.node, stream: 'daffi', level: event.level, text: event.text }
    case 'state':
      return { node: event.node, stream: 'daffi', level: LEVELS[event.state], text: stateText(event) }
    case 'call':
      return resultLine(event)
    default:
      return undefined
  }
}

function stateText({ state, restarts, error }: Extract<RunEvent, { type: 'state' }>): string {
  const what = state === 'restarting' ? `restarting (${restarts})` : state
  // The trouble of a call has a line of its own.
  return error && state !== 'degraded' ? `${what}: ${error.message}` : what
}

function resultLine({ node, plan, report }: Extract<RunEvent, { type: 'call' }>): EventLine | undefined {
  if (report.type !== 'call' || report.error) return undefined
  return { node, stream: 'daffi', level: 'info', text: `${plan.call}: ${plainJson(report.value)}` }
}

/** The level of a line that a node has printed, as its logger has written it. */
function levelOf(line: string): LineLevel {
  if (line.startsWith('error: ')) return 'error'
  return line.startsWith('warn: ') ? 'warn' : 'info'
}
