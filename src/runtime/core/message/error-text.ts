import { DaffiError, toErrorRecord, type ErrorRecord } from '../errors.js'
import { readThrown } from '../thrown/read-thrown.js'
import { errorPlace } from '../thrown/user-frames.js'

/** Characters of a message where it is told in full. */
const MAX_LINE = 2000
/** Characters of a message where it has been told in full before. */
const MAX_REMINDER = 160
/** Frames of a stack are indented by so much where they are shown. */
const INDENT = '    '

interface Facts {
  name?: unknown
  remoteCode?: unknown
  file?: unknown
  line?: unknown
  stack?: unknown
}

/**
 * The message of an error; for one that a callback has thrown with the name of its class, its code, and file and line in the
 * user's code.
 */
export function errorLine(record: ErrorRecord): string {
  return headOf(record, MAX_LINE) + placeOf(record)
}

/** The same, as one short line, for an error that has been told in full before. */
export function errorReminder(record: ErrorRecord): string {
  const [line = '', ...others] = headOf(record, MAX_REMINDER).split('\n')
  return line + (others.length > 0 ? '…' : '') + placeOf(record)
}

/** The same with the lines of the error's stack in the user's code below it, which begin with that place; `after` ends its first line. */
export function errorLines(record: ErrorRecord, after = ''): string {
  const { stack } = factsOf(record)
  if (typeof stack !== 'string') return errorLine(record) + after
  return [headOf(record, MAX_LINE) + after, ...stack.split('\n').map((frame) => INDENT + frame)].join('\n')
}

/** The line about anything that was thrown. */
export function thrownLine(thrown: unknown): string {
  return errorLine(recordOf(thrown))
}

/** The line without the place. */
export function thrownHead(thrown: unknown): string {
  return headOf(recordOf(thrown), MAX_LINE)
}

/** An error whose stack has been shown before. */
export function withoutStack({ details, ...record }: ErrorRecord): ErrorRecord {
  if (!details) return record
  const { stack: _stack, ...others } = details
  return { ...record, details: others }
}

/** Anything that a callback has thrown, as plain data: with its line as message. */
export function thrownRecord(thrown: unknown): ErrorRecord {
  const { code, next } = thrown instanceof DaffiError ? thrown : new DaffiError('DAFFI_REMOTE', '')
  return { code, message: thrownLine(thrown), next }
}

function recordOf(thrown: unknown): ErrorRecord {
  if (thrown instanceof DaffiError) return toErrorRecord(thrown)
  const { name, message, code } = readThrown(thrown)
  const details = { name, ...(code === undefined ? {} : { remoteCode: code }), ...errorPlace(thrown) }
  return { code: 'DAFFI_REMOTE', message, details }
}

function placeOf(record: ErrorRecord): string {
  const { file, line } = factsOf(record)
  return typeof file === 'string' && typeof line === 'number' ? ` (${file}:${line})` : ''
}

function headOf(record: ErrorRecord, max: number): string {
  const { name, remoteCode } = factsOf(record)
  const message = record.message.length > max ? `${record.message.slice(0, max)}…` : record.message
  const isTold = typeof remoteCode !== 'string' || message.includes(remoteCode)
  if (typeof name !== 'string' || message === name || (name === 'Error' && isTold)) return message
  return `${name}${isTold ? '' : ` [${remoteCode}]`}: ${message}`
}

/** Facts of a callback's own error; nothing of an error that daffi has thrown. */
function factsOf({ code, details }: ErrorRecord): Facts {
  return code === 'DAFFI_REMOTE' ? (details ?? {}) : {}
}
