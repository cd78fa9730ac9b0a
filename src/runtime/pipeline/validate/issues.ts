import { z } from 'zod'
import type { Path } from '../diagnose/diagnostic.js'

/** What zod found fault with, and the whole path to it. */
export type Issue = z.core.$ZodIssue & { path: (string | number)[] }

/**
 * Issues with whole paths. Of a union's branches, those count whose type fits the value: of
 * `{ STREAM: { bufer: 2 } }` it is no help to read that it is not a text.
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

/** Types that would have been right, as zod names them; none when the type is not what is wrong. */
export function expectedTypes(issue: z.core.$ZodIssue): string[] {
  if (issue.code === 'invalid_type') return [issue.expected]
  if (issue.code === 'invalid_value') return [...new Set(issue.values.map((value) => typeof value))]
  if (issue.code !== 'invalid_union') return []
  return issue.errors.flatMap((branch) => branch.filter(isAboutTheWhole).flatMap(expectedTypes))
}

/** zod's issue doesn't say which keys are known, but its error hook sees the schema. */
export const knownKeysAsMessage: z.core.$ZodErrorMap = (issue) =>
  issue.code === 'unrecognized_keys' && issue.inst instanceof z.ZodObject
    ? Object.keys(issue.inst.shape).join(' ')
    : undefined
