import { readFile, realpath, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { isAlias, isNode, parseDocument, stringify, type Document } from 'yaml'
import { inFolder } from '../core/project/folder-error.js'
import { replaceFile } from '../core/project/replace-file.js'
import type { TestFailure } from './run-test.js'

type Value = NonNullable<TestFailure['becomes']>

/** Replacement of a piece of text. */
interface Edit {
  start: number
  end: number
  text: string
}

/** Writes the values of failures into their file. @returns the failures whose values were written */
export async function updateFile(file: string, failures: readonly TestFailure[]): Promise<TestFailure[]> {
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
  // The file, and not a link to it.
  const path = await realpath(file)
  const { mode } = await stat(path)
  await inFolder(dirname(path), () => replaceFile(path, updated, mode))
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
