import type { Scalar } from 'yaml'
import type { z } from 'zod'
import type { PipelineDocument } from '../read/document.js'
import { expectedTypes, flattenIssues, knownKeysAsMessage, type Issue } from './issues.js'

export type ReadEntry<T> = { entry: T; issues: [] } | { entry: undefined; issues: Issue[] }

/**
 * Parses the document with a schema. A scalar from the environment is text; where the schema wants another type, the
 * scalar is converted and the document is parsed again.
 */
export function readEntry<T>(document: PipelineDocument, schema: z.ZodType<T>): ReadEntry<T> {
  const retyped = new Set<Scalar>()
  for (;;) {
    const result = schema.safeParse(document.data(), { error: knownKeysAsMessage })
    if (result.success) return { entry: result.data, issues: [] }
    const issues = flattenIssues(result.error.issues)
    const before = retyped.size
    for (const issue of issues) retype(document, issue, retyped)
    if (retyped.size === before) return { entry: undefined, issues }
  }
}

/** Converts each scalar only once: by aliases it may be the value of several keys that want different types. */
function retype(document: PipelineDocument, issue: Issue, retyped: Set<Scalar>): void {
  const scalar = document.scalarAt(issue.path)
  const text = scalar && document.interpolated.get(scalar)
  if (!scalar || text === undefined || retyped.has(scalar)) return
  const types = expectedTypes(issue)
  const value = types.includes('string') ? text : readAs(types, text)
  if (value === undefined || value === scalar.value) return
  scalar.value = value
  retyped.add(scalar)
}

function readAs(types: string[], text: string): number | boolean | undefined {
  if (types.includes('boolean') && (text === 'true' || text === 'false')) return text === 'true'
  const isNumeric = text.trim() !== '' && Number.isFinite(Number(text))
  return isNumeric && (types.includes('number') || types.includes('int')) ? Number(text) : undefined
}
