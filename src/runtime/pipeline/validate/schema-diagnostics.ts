import { nearest } from '../../core/text/nearest.js'
import type { Diagnostics } from '../diagnose/diagnostics.js'
import type { Path } from '../diagnose/key-path.js'
import type { PipelineDocument } from '../read/document.js'
import { describeIssue } from './describe-issue.js'
import type { Issue } from './issues.js'

/** Turns the issues of a schema into diagnostics in terms of the pipeline file. */
export function addSchemaDiagnostics(
  document: PipelineDocument,
  issues: readonly Issue[],
  diagnostics: Diagnostics,
): void {
  const data = document.data()
  for (const issue of issues) {
    const { path } = issue
    if (issue.code === 'unrecognized_keys')
      addUnknownKeys(issue.keys, issue.message.split(' '), path, diagnostics)
    else if (valueAt(data, path) === undefined) {
      const key = String(path.at(-1))
      diagnostics.add({ code: 'DAFFI_MISSING_KEY', message: `${key} is missing`, path }, 'key')
    } else if (issue.code === 'invalid_key') {
      const message = `${JSON.stringify(path.at(-1))} ${issue.issues[0]?.message ?? 'is not a valid key'}`
      diagnostics.add({ code: 'DAFFI_BAD_NAME', message, path }, 'key')
    } else diagnostics.add({ ...describeIssue(issue, valueAt(data, path), document), path })
  }
}

function addUnknownKeys(keys: string[], known: string[], path: Path, diagnostics: Diagnostics): void {
  for (const key of keys) {
    const suggestion = nearest(key, known)
    const message = `unknown key ${JSON.stringify(key)}; known here: ${known.join(', ')}`
    diagnostics.add({ code: 'DAFFI_UNKNOWN_KEY', message, path: [...path, key], suggestion }, 'key')
  }
}

function valueAt(data: unknown, path: Path): unknown {
  return path.reduce<unknown>((value, key) => {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined
    return (value as Record<string | number, unknown>)[key]
  }, data)
}
