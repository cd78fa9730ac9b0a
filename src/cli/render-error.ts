import { DaffiError, ERRORS, messageOf, toErrorRecord } from '../runtime/index.js'
import type { Colours } from './colours.js'

/** What went wrong, its code, and what to do next; the stack only when DEBUG is set. */
export function renderError(error: unknown, colours: Colours): string {
  const { code, message, next = ERRORS.DAFFI_INTERNAL.next } = toErrorRecord(error)
  const lines = [`${colours.red('✖')} ${message} ${colours.dim(`(${code})`)}`]
  if (next) lines.push(`  ${colours.dim('→')} ${next}`)
  if (process.env.DEBUG) lines.push(colours.dim(stackOf(error)))
  return lines.join('\n')
}

/** The object that `--json` prints in place of a result. */
export function errorJson(error: unknown): { error: Record<string, unknown> } {
  const { details, ...record } = toErrorRecord(error)
  return { error: { ...record, ...details } }
}

export function exitCodeOf(error: unknown): number {
  return error instanceof DaffiError ? error.exitCode : 1
}

/** oclif's own complaints about flags and arguments, in daffi's words; other errors as they are. */
export function fromOclif(error: unknown): unknown {
  if (!(error instanceof Error)) return error
  const message = error.message.replace(/^Parsing --\S+\s+/, '').replace(/\nSee more help with --help$/, '')
  if (error instanceof DaffiError) {
    error.message = message
    return error
  }
  return 'oclif' in error ? new DaffiError('DAFFI_USAGE', message, { cause: error }) : error
}

function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return messageOf(error)
  const cause = error.cause === undefined ? '' : `\ncaused by ${stackOf(error.cause)}`
  return `${error.stack ?? error.message}${cause}`
}
