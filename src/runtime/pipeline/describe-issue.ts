import type { z } from 'zod'
import { ERRORS, type ErrorCode } from '../core/error-codes.js'
import { nearest } from '../core/text/nearest.js'
import type { PipelineDocument } from './document.js'
import type { FaultOptions } from './fault-report.js'
import { formatPath, type Path } from './fault.js'
import { expectedTypes, type Issue } from './issues.js'

const TYPE_NAMES: Record<string, string> = {
  array: 'a list',
  boolean: 'true or false',
  int: 'a whole number',
  number: 'a number',
  object: 'a mapping',
  record: 'a mapping',
  string: 'a text',
}

/** What the schema found of a value, in words of the pipeline file. */
export function describeIssue(
  issue: Issue,
  value: unknown,
  document: PipelineDocument,
): Omit<FaultOptions, 'path'> {
  const what = `${label(issue.path)}:`
  const words = allowedWords(issue)
  if (words && typeof value !== 'object') {
    const message = `${what} ${JSON.stringify(value)} is not one of ${words.join(', ')}`
    return {
      code: 'DAFFI_BAD_VALUE',
      message,
      suggestion: typeof value === 'string' ? nearest(value, words) : null,
    }
  }
  const types = expectedTypes(issue)
  if (types.length > 0) {
    const wanted = types.map((type) => TYPE_NAMES[type] ?? type).join(' or ')
    const message = `${what} must be ${wanted}, not ${typeName(value)}`
    return { code: 'DAFFI_WRONG_TYPE', message, suggestion: retyped(types, issue, document) }
  }
  // What does not fit a pattern is a URL, which may hold a password.
  const subject = issue.code === 'invalid_format' ? '' : shown(value)
  return { code: codeOf(issue), message: `${what} ${subject}${limit(issue) ?? issue.message}` }
}

/** The last key, with the index of the item when that is what the path ends in. */
function label(path: Path): string {
  return formatPath(path.slice(path.findLastIndex((step) => typeof step === 'string')))
}

function allowedWords(issue: z.core.$ZodIssue): string[] | undefined {
  if (issue.code === 'invalid_value') return issue.values.map(String)
  if (issue.code !== 'invalid_union') return undefined
  if ('options' in issue && Array.isArray(issue.options)) return issue.options.map(String)
  const words = issue.errors.flat().flatMap((each) => allowedWords(each) ?? [])
  return words.length > 0 ? words : undefined
}

/** The same value as the type that is wanted, where that is plain to see. */
function retyped(types: string[], issue: Issue, document: PipelineDocument): string | undefined {
  const scalar = document.scalarAt(issue.path)
  if (!scalar) return undefined
  if (scalar.value === null) return types.includes('object') ? '{}' : undefined
  const written = scalar.source ?? ''
  if (types.includes('string')) return JSON.stringify(written)
  return types.includes('array') ? `[${written}]` : undefined
}

function codeOf(issue: Issue): ErrorCode {
  const code: unknown = issue.code === 'custom' ? issue.params?.code : undefined
  return typeof code === 'string' && code in ERRORS ? (code as ErrorCode) : 'DAFFI_BAD_VALUE'
}

function limit(issue: Issue): string | undefined {
  if (issue.code !== 'too_small' && issue.code !== 'too_big') return undefined
  if (issue.origin === 'string') return 'must not be empty'
  if (issue.code === 'too_big') return `must be at most ${issue.maximum}`
  return issue.inclusive ? `must be at least ${issue.minimum}` : `must be more than ${issue.minimum}`
}

function shown(value: unknown): string {
  return typeof value === 'object' ? '' : `${JSON.stringify(value)} `
}

function typeName(value: unknown): string {
  if (value === null) return 'nothing'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'a mapping'
  // JSON has no infinity.
  if (typeof value === 'number') return String(value)
  return `${typeof value === 'string' ? 'the text ' : ''}${JSON.stringify(value)}`
}
