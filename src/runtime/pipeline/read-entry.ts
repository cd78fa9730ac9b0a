import type { z } from 'zod'
import type { PipelineDocument } from './document.js'
import { expectedTypes, flattenIssues, knownKeysAsMessage } from './issues.js'

type Issue = z.core.$ZodIssue

export type ReadEntry<T> = { entry: T; issues: [] } | { entry: undefined; issues: Issue[] }

/**
 * The document by a schema. A scalar that came from the environment is text; where the schema wants another
 * type, it is read as that, and the whole is tried again.
 */
export function readEntry<T>(document: PipelineDocument, schema: z.ZodType<T>): ReadEntry<T> {
  for (;;) {
    const result = schema.safeParse(document.data(), { error: knownKeysAsMessage })
    if (result.success) return { entry: result.data, issues: [] }
    const issues = flattenIssues(result.error.issues)
    if (!issues.map((issue) => retype(document, issue)).includes(true)) {
      return { entry: undefined, issues }
    }
  }
}

function retype(document: PipelineDocument, issue: Issue): boolean {
  const scalar = document.scalarAt(issue.path as (string | number)[])
  const text = scalar && document.interpolated.get(scalar)
  if (!scalar || text === undefined) return false
  const types = expectedTypes(issue)
  const value = types.includes('string') ? text : readAs(types, text)
  if (value === undefined || value === scalar.value) return false
  scalar.value = value
  return true
}

function readAs(types: string[], text: string): number | boolean | undefined {
  if (types.includes('boolean') && (text === 'true' || text === 'false')) return text === 'true'
  const isNumeric = text.trim() !== '' && Number.isFinite(Number(text))
  return isNumeric && (types.includes('number') || types.includes('int')) ? Number(text) : undefined
}
