import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ROOT } from './support/paths.js'

const PAGE = 'docs/threat-model.md'
const HELD = /`(?<file>test\/[\w/.-]+\.test\.ts)`: "(?<name>[^"]+)"/g

const page = await readFile(join(ROOT, PAGE), 'utf8')
const claims = [...page.replace(/\n(?!\n|\|)/g, ' ').matchAll(HELD)].map(({ groups = {} }) => groups)

/** Rows of the tables that end with a column of tests, with the number of their line. */
function claimRows(): { line: number; row: string }[] {
  let holds = false
  return page.split('\n').flatMap((row, index) => {
    if (!row.startsWith('|')) holds = false
    else if (/\| held by +\|$/.test(row)) holds = true
    else if (holds && !/^[| -]+$/.test(row)) return [{ line: index + 1, row }]
    return []
  })
}

test('each claim of the threat model names the test that holds it', () => {
  const rows = claimRows()
  expect(rows.length).toBeGreaterThan(15)
  expect(rows.filter(({ row }) => row.match(HELD) === null).map(({ line }) => `${PAGE}:${line}`)).toEqual([])
})

test.each(claims.map(({ file, name }) => [file, name]))(
  '%s has a test "%s"',
  async (file = '', name = '') => {
    expect(existsSync(join(ROOT, file)), `${file} does not exist`).toBe(true)
    const text = await readFile(join(ROOT, file), 'utf8')
    const calls = [...text.matchAll(/(?:test|describe|\))\(\s*(['"`])(?<name>.*?)\1,/gs)].map(
      ({ groups }) => groups?.name,
    )
    expect(calls).toContain(name)
  },
)
