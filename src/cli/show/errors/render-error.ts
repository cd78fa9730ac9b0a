import { isAbsolute, relative } from 'node:path'
import { ERRORS } from '../../../runtime/core/error-codes.js'
import { DaffiError, toErrorRecord } from '../../../runtime/core/errors.js'
import { errorLines } from '../../../runtime/core/message/error-text.js'
import { packageFile } from '../../../runtime/core/process/package-file.js'
import { readThrown } from '../../../runtime/core/thrown/read-thrown.js'
import { withoutUrlSecrets } from '../../../runtime/core/text/secrets.js'
import type { Diagnostic } from '../../../runtime/index.js'
import type { Colours } from '../colours.js'
import { faultText } from './fault-text.js'

/** Errors of a chain of causes whose stacks are shown. */
const MAX_CAUSES = 8

/** An error for a person: faults of the pipeline file one by one, message, code and next step; the stack only when DEBUG is set. */
export function renderError(error: unknown, colours: Colours): string {
  const record = toErrorRecord(error)
  const { code, next = ERRORS.DAFFI_INTERNAL.next } = record
  const lines = faultLines(error, colours)
  lines.push(
    `${colours.red('✖')} ${indented(errorLines(record, ` ${colours.dim(`(${code})`)}`))}`,
    `  ${colours.dim('→')} ${indented(withPages(next))}`,
  )
  if (process.env.DEBUG) lines.push(colours.dim(withoutUrlSecrets(stacksOf(error))))
  return lines.join('\n')
}

/** The object that `--json` prints in place of a result. */
export function errorJson(error: unknown): { error: Record<string, unknown> } {
  const { details, next, ...record } = toErrorRecord(error)
  return { error: { ...record, ...(next !== undefined && { next: withPages(next) }), ...details } }
}

export function exitCodeOf(error: unknown): number {
  return error instanceof DaffiError ? error.exitCode : 1
}

function faultLines(error: unknown, colours: Colours): string[] {
  if (!(error instanceof DaffiError) || error.code !== 'DAFFI_PIPELINE_INVALID') return []
  const faults = error.details?.faults as Diagnostic[]
  return faults.map((fault) => faultText(fault, colours))
}

/** A text whose pages of the documentation, such as `docs/calls.md`, are named by the paths that they have here. */
function withPages(text: string): string {
  return text.replace(/\bdocs\/[\w-]+\.md\b/g, (page) => {
    const path = packageFile(page)
    const shown = relative(process.cwd(), path)
    return shown.startsWith('..') || isAbsolute(shown) ? path : shown
  })
}

/** Text whose further lines do not pass for lines of the command's own. */
function indented(text: string): string {
  return text.replaceAll('\n', '\n  ')
}

/** The whole stacks of an error and of its causes, which may lead back to it. */
function stacksOf(thrown: unknown): string {
  const stacks: string[] = []
  for (let each = thrown; each !== undefined && stacks.length < MAX_CAUSES;) {
    const { name, message, stack, cause } = readThrown(each)
    stacks.push(stack ?? `${name}: ${message}`)
    each = cause
  }
  return stacks.join('\ncaused by ')
}
