import { ERRORS } from '../../runtime/core/error-codes.js'
import { DaffiError, messageOf, toErrorRecord } from '../../runtime/core/errors.js'
import type { Diagnostic } from '../../runtime/index.js'
import type { Colours } from './colours.js'

/** An error for a person: faults of the pipeline file one by one, message, code and next step; the stack only when DEBUG is set. */
export async function renderError(error: unknown, colours: Colours): Promise<string> {
  const { code, message, next = ERRORS.DAFFI_INTERNAL.next } = toErrorRecord(error)
  const lines = await faultLines(error, colours)
  lines.push(`${colours.red('✖')} ${message} ${colours.dim(`(${code})`)}`, `  ${colours.dim('→')} ${next}`)
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

/** Turns oclif's errors about flags and arguments into daffi's, and leaves others as they are. */
export function fromOclif(error: unknown): unknown {
  if (!(error instanceof Error)) return error
  const message = error.message.replace(/^Parsing --\S+\s+/, '').replace(/\nSee more help with --help$/, '')
  if (error instanceof DaffiError) {
    error.message = message
    return error
  }
  return 'oclif' in error ? new DaffiError('DAFFI_USAGE', message, { cause: error }) : error
}

async function faultLines(error: unknown, { isColorSupported: colour }: Colours): Promise<string[]> {
  if (!(error instanceof DaffiError) || error.code !== 'DAFFI_PIPELINE_INVALID') return []
  const { formatDiagnostic } = await import('../../runtime/index.js')
  const faults = error.details?.faults as Diagnostic[]
  return faults.map((fault) => formatDiagnostic(fault, { colour }))
}

function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return messageOf(error)
  const cause = error.cause === undefined ? '' : `\ncaused by ${stackOf(error.cause)}`
  return `${error.stack ?? error.message}${cause}`
}
