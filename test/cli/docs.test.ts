import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ROOT } from '../support/paths.js'
import { visibleCommands } from './manifest.js'

const commands = await visibleCommands()
const page = await readFile(join(ROOT, 'docs/cli.md'), 'utf8')
const sections = new Map(
  page.split(/^## /m).map((section) => [section.slice(0, section.indexOf('\n')), section] as const),
)

/** Rows of a section's table: the flags in the first column, by name, with the text of the second. */
function flagsOf(section: string | undefined): Map<string, string> {
  const rows = [...(section ?? '').matchAll(/^\| (.*?) +\| (.*?) *\|$/gm)]
  return new Map(
    rows.flatMap(([, cell = '', meaning = '']) =>
      [...cell.matchAll(/`--([\w-]+)/g)].map(([, flag = '']) => [flag, meaning] as const),
    ),
  )
}

test('docs/cli.md has every command, and no other', () => {
  const [, , ...names] = sections.keys()
  expect(names.sort()).toEqual(Object.keys(commands).sort())
})

test.each(Object.entries(commands))(
  'docs/cli.md has every flag and argument of %s, and no other',
  (name, { args, flags }) => {
    const ofGroup = (everywhere: boolean): string[] =>
      Object.keys(flags)
        .filter((flag) => (flags[flag]?.helpGroup === 'GLOBAL') === everywhere)
        .sort()
    const documented = flagsOf(sections.get(name))
    expect([...documented.keys()].sort()).toEqual(ofGroup(false))
    expect([...flagsOf(sections.get('Everywhere')).keys()].sort()).toEqual(ofGroup(true))
    const usage = /^ {4}daffi .*$/m.exec(sections.get(name) ?? '')?.[0]
    for (const argument of Object.keys(args)) expect(usage).toContain(argument.toUpperCase())
    for (const [flag, { default: value, helpValue }] of Object.entries(flags)) {
      if (helpValue === 'DURATION' && value !== undefined)
        expect(documented.get(flag)).toContain(`\`${String(value)}\``)
    }
  },
)
