import { readFile, realpath, rename, stat, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { isAlias, isNode, parseDocument, stringify, type Document } from 'yaml'
import { randomId } from '../core/names.js'
import { inFolder } from '../core/project/folder-error.js'
import type { TestFailure, TestResult } from './run-test.js'

type Value = NonNullable<TestFailure['becomes']>

/** Replacement of a piece of text. */
interface Edit {
  start: number
  end: number
  text: string
}

/**
 * Writes what came into test files, in place of the expected values that differ. A value that the environment, an alias or a
 * bound gives is left as it is, and so is one that is not in the file.
 * @returns the results without the failures that were written, and the number of values by file
 */
export async function updateTests(
  results: readonly TestResult[],
): Promise<{ results: TestResult[]; written: Map<string, number> }> {
  const written = new Map<string, number>()
  const isDone = new Set<TestFailure>()
  for (const file of new Set(results.map((result) => result.file))) {
    const failures = results.filter((result) => result.file === file).flatMap((result) => result.failures)
    const done = failures.some(({ becomes }) => becomes) ? await updateFile(file, failures) : []
    for (const failure of done) isDone.add(failure)
    if (done.length > 0) written.set(file, done.length)
  }
  const updated = results.map((result) => {
    const failures = result.failures.filter((failure) => !isDone.has(failure))
    return { ...result, failures, passed: failures.length === 0 }
  })
  return { results: updated, written }
}

/** @returns the failures whose values were written */
async function updateFile(file: string, failures: readonly TestFailure[]): Promise<TestFailure[]> {
  const text = await readFile(file, 'utf8')
  const document = parseDocument(text)
  const edits = new Map<TestFailure, Edit>()
  for (const failure of failures) {
    const edit = failure.becomes && editOf(failure.becomes, document, text)
    if (edit) edits.set(failure, edit)
  }
  if (edits.size === 0) return []
  const updated = [...edits.values()]
    .sort((a, b) => b.start - a.start)
    .reduce((rest, { start, end, text }) => rest.slice(0, start) + text + rest.slice(end), text)
  await replaceFile(file, updated)
  return [...edits.keys()]
}

function editOf({ path, value }: Value, document: Document, text: string): Edit | undefined {
  const node = document.getIn(path, true)
  if (!isNode(node) || isAlias(node) || !node.range || node.anchor !== undefined) return undefined
  const [start, end] = node.range
  const before = text.slice(start, end)
  if (before.includes('${')) return undefined
  // A block ends with its line.
  const rest = /\s*$/.exec(before)?.[0] ?? ''
  return { start, end: end - rest.length, text: flowText(value) }
}

/** Options by which a value stands on one line, and its texts are what they are in a list, too. */
const ONE_LINE = {
  collectionStyle: 'flow',
  lineWidth: 0,
  defaultStringType: 'QUOTE_DOUBLE',
  defaultKeyType: 'PLAIN',
  doubleQuotedMinMultiLineLength: Infinity,
} as const

/** A value as it may stand in a list of YAML, on one line, and with nothing that is taken for a placeholder. */
function flowText(value: unknown): string {
  return stringify([value], ONE_LINE)
    .trim()
    .slice(1, -1)
    .trim()
    .replaceAll('${', () => '$${')
}

/** Replaces the file as a whole, so that no reader sees half of it. */
async function replaceFile(file: string, text: string): Promise<void> {
  // Not a link to it.
  const path = await realpath(file)
  const fresh = `${path}.${randomId()}`
  await inFolder(dirname(path), async () => {
    await writeFile(fresh, text, { mode: (await stat(path)).mode, flag: 'wx' })
    await rename(fresh, path)
  })
}
