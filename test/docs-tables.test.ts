import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ROOT } from './support/paths.js'

const docs = (await readdir(join(ROOT, 'docs'))).filter((name) => name.endsWith('.md'))
const pages = ['README.md', 'CHANGELOG.md', ...docs.map((name) => `docs/${name}`)]

const isRow = (line = ''): boolean => /^\s*\|/.test(line)
/** The row of dashes under a table's head. */
const isDelimiter = (line = ''): boolean => /^\s*\|(?:\s*:?-+:?\s*\|)+\s*$/.test(line)

/** Numbers of the lines that look like rows and belong to no table: Markdown shows them as text with strokes. */
function strayRows(markdown: string): number[] {
  const text = markdown.replace(/^```.*?^```$/gms, (block) => block.replace(/[^\n]/g, ''))
  const lines = text.split('\n')
  return lines.flatMap((line, index) =>
    isRow(line) && !isRow(lines[index - 1]) && !isDelimiter(lines[index + 1]) ? [index + 1] : [],
  )
}

test('a row after an empty line is found', () => {
  const table = '| a | b |\n| --- | --- |\n| 1 | 2 |\n'
  expect(strayRows(table)).toEqual([])
  expect(strayRows(`${table}\n| 3 | 4 |\n`)).toEqual([5])
  expect(strayRows(`${table}\n\`\`\`text\n| 3 | 4 |\n\`\`\`\n\n${table}`)).toEqual([])
})

test.each(pages)('every table row of %s is in a table', async (page) => {
  expect(strayRows(await readFile(join(ROOT, page), 'utf8'))).toEqual([])
})
