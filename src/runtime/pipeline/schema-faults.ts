import { nearest } from '../core/text/nearest.js'
import type { PipelineDocument } from './document.js'
import { describeIssue } from './describe-issue.js'
import type { Path } from './fault.js'
import type { FaultReport } from './fault-report.js'
import type { Issue } from './issues.js'

/** Says in the author's words what the schema found. */
export function addSchemaFaults(
  document: PipelineDocument,
  issues: readonly Issue[],
  report: FaultReport,
): void {
  const data = document.data()
  for (const issue of issues) {
    const { path } = issue
    if (issue.code === 'unrecognized_keys') addUnknownKeys(issue.keys, issue.message.split(' '), path, report)
    else if (valueAt(data, path) === undefined) {
      const key = String(path.at(-1))
      report.add({ code: 'DAFFI_MISSING_KEY', message: `${key} is missing`, path }, 'key')
    } else if (issue.code === 'invalid_key') {
      const message = `${JSON.stringify(path.at(-1))} ${issue.issues[0]?.message ?? 'is no key'}`
      report.add({ code: 'DAFFI_BAD_NAME', message, path }, 'key')
    } else report.add({ ...describeIssue(issue, valueAt(data, path), document), path })
  }
}

function addUnknownKeys(keys: string[], known: string[], path: Path, report: FaultReport): void {
  for (const key of keys) {
    const suggestion = nearest(key, known)
    const message = `unknown key ${JSON.stringify(key)}; known here: ${known.join(', ')}`
    report.add({ code: 'DAFFI_UNKNOWN_KEY', message, path: [...path, key], suggestion }, 'key')
  }
}

function valueAt(data: unknown, path: Path): unknown {
  return path.reduce<unknown>((value, key) => {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined
    return (value as Record<string | number, unknown>)[key]
  }, data)
}
