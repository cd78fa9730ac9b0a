import { z } from 'zod'
import type { Path } from '../diagnose/key-path.js'

/** An issue of zod's with its path from the root of the document. */
export type Issue = z.core.$ZodIssue & { path: (string | number)[] }

/**
 * Gives issues their paths from the root. For a union, the issues of the branch whose type fits the value are taken: for
 * `{ STREAM: { bufer: 2 } }` it does not help to read that it is not text.
 */
export function flattenIssues(issues: readonly z.core.$ZodIssue[], at: Path = []): Issue[] {
  return issues.flatMap((issue) => {
    const path = [...at, ...issue.path] as (string | number)[]
    if (issue.code === 'invalid_union' && issue.errors.length > 0) {
      const fitting = issue.errors.filter((branch) => !branch.some(isAboutTheWhole))
      const [only] = fitting
      if (only && fitting.length === 1) return flattenIssues(only, path)
    }
    return [{ ...issue, path }]
  })
}

function isAboutTheWhole({ code, path }: z.core.$ZodIssue): boolean {
  return path.length === 0 && (code === 'invalid_type' || code === 'invalid_value')
}

/** Types that the schema expected, by zod's names; empty when the type is not the problem. */
export function expectedTypes(issue: z.core.$ZodIssue): string[] {
  if (issue.code === 'invalid_type') return [issue.expected]
  if (issue.code === 'invalid_value') return [...new Set(issue.values.map((value) => typeof value))]
  if (issue.code !== 'invalid_union') return []
  return issue.errors.flatMap((branch) => branch.filter(isAboutTheWhole).flatMap(expectedTypes))
}

/** Puts the known keys into the message: zod's issue does not list them, but its error hook sees the schema. */
export const knownKeysAsMessage: z.core.$ZodErrorMap = (issue) =>
  issue.code === 'unrecognized_keys' && issue.inst instanceof z.ZodObject
    ? Object.keys(issue.inst.shape).join(' ')
    : undefined
