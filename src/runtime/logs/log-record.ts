import { mapOf, oneOf, orNull, isName, isText } from '../core/message/forms.js'
import type { LineLevel, LineStream } from '../status/index.js'

/** One record of a log, a line of JSON in its file and for programs. */
export interface LogRecord {
  /** ISO 8601, in UTC. */
  time: string
  /** Null for what is about the run as a whole. */
  node: string | null
  /** Output of the node's process, or `daffi` for its supervisor. */
  stream: LineStream
  level: LineLevel
  /** May have several lines. */
  text: string
}

const isRecord = mapOf<LogRecord>({
  time: (value) => isText(value) && !Number.isNaN(Date.parse(value as string)),
  node: orNull(isName),
  stream: oneOf('stdout', 'stderr', 'daffi'),
  level: oneOf('info', 'warn', 'error'),
  text: (value) => typeof value === 'string',
})

/** Whether a line of a log, parsed, is a record. */
export const isLogRecord = (value: unknown): value is LogRecord => isRecord(value)

/** Makes the record of something that is told now. Whoever shows its text makes it harmless for terminals. */
export function logRecord(line: Omit<LogRecord, 'time' | 'node'> & { node: string | undefined }): LogRecord {
  const { node = null, stream, level, text } = line
  return { time: new Date().toISOString(), node, stream, level, text }
}

/** Makes the record of a line of a logger about the run as a whole, which begins with its level. */
export function noteRecord(text: string): LogRecord {
  const level = text.startsWith('error: ') ? 'error' : text.startsWith('warn: ') ? 'warn' : 'info'
  return logRecord({ node: undefined, stream: 'daffi', level, text })
}
