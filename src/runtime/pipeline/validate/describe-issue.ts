import type { z } from 'zod'
import { ERRORS, type ErrorCode } from '../../core/error-codes.js'
import { writeJson } from '../../core/text/json.js'
import { nearest } from '../../core/text/nearest.js'
import { withoutUrlSecrets } from '../../core/text/secrets.js'
import type { DiagnosticOptions } from '../diagnose/diagnostics.js'
import { formatPath, type Path } from '../diagnose/key-path.js'
import type { PipelineDocument } from '../read/document.js'
import { isSecretAt } from '../read/yaml/quotable-text.js'
import { expectedTypes, type Issue } from './issues.js'

const TYPE_NAMES: Record<string, string> = {
  array: 'a list',
  boolean: 'true or false',
  int: 'a whole number',
  number: 'a number',
  object: 'a mapping',
  record: 'a mapping',
  string: 'text',
}

/** Describes an issue of the schema in terms of the pipeline file. */
export function describeIssue(
  issue: Issue,
  value: unknown,
  document: PipelineDocument,
): Omit<DiagnosticOptions, 'path'> {
  const subject = `${label(issue.path)}:`
  const written = quotable(value, issue.path, document)
  const allowed = allowedValues(issue)
  if (allowed && typeof value !== 'object') {
    const message = `${subject} ${written} is not one of ${allowed.join(', ')}`
    return {
      code: 'DAFFI_BAD_VALUE',
      message,
      suggestion: typeof value === 'string' ? nearest(value, allowed) : null,
    }
  }
  const types = expectedTypes(issue)
  // A whole number that a number cannot hold is for arguments only.
  if (typeof value === 'bigint' && types.some((type) => type === 'number' || type === 'int'))
    return { code: 'DAFFI_BAD_VALUE', message: `${subject} ${written} is too large` }
  if (types.length > 0) {
    const wanted = types.map((type) => TYPE_NAMES[type] ?? type).join(' or ')
    const message = `${subject} must be ${wanted}, not ${typeName(value, written)}`
    return {
      code: 'DAFFI_WRONG_TYPE',
      message,
      suggestion: hidden(issue.path, document) ? null : retyped(types, issue, document),
    }
  }
  // A value that does not fit its pattern may be a URL with a password in it, so it is not shown.
  const quoted = issue.code === 'invalid_format' ? '' : shown(value, written)
  return { code: codeOf(issue), message: `${subject} ${quoted}${limit(issue) ?? issue.message}` }
}

/** The last key of a path, with the index when the path ends in a list item. */
function label(path: Path): string {
  return formatPath(path.slice(path.findLastIndex((step) => typeof step === 'string')))
}

function allowedValues(issue: z.core.$ZodIssue): string[] | undefined {
  if (issue.code === 'invalid_value') return issue.values.map(String)
  if (issue.code !== 'invalid_union') return undefined
  if ('options' in issue && Array.isArray(issue.options)) return issue.options.map(String)
  const allowed = issue.errors.flat().flatMap((each) => allowedValues(each) ?? [])
  return allowed.length > 0 ? allowed : undefined
}

/** The value rewritten as one of the expected types, where there is an obvious way; else undefined. */
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

/** Whether the value at a path is for nobody to see, because it is a secret or comes from the environment. */
function hidden(path: Path, document: PipelineDocument): boolean {
  return document.isInterpolated(path) || isSecretAt(path)
}

/** A value as messages may quote it: as its author has written it when it is from the environment. */
function quotable(value: unknown, path: Path, document: PipelineDocument): string {
  if (hidden(path, document)) return document.writtenAt(path) ?? '***'
  // Lists and mappings are never quoted.
  if (typeof value === 'object') return ''
  // YAML has words of its own for what is not finite.
  if (typeof value === 'number')
    return Number.isFinite(value) ? String(value) : (document.scalarAt(path)?.source ?? String(value))
  return writeJson(typeof value === 'string' ? withoutUrlSecrets(value) : value)
}

function shown(value: unknown, written: string): string {
  return typeof value === 'object' ? '' : `${written} `
}

function typeName(value: unknown, written: string): string {
  if (value === null) return 'nothing'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'a mapping'
  return `${typeof value === 'string' ? 'the text ' : ''}${written}`
}
