import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ROOT } from '../support/paths.js'

interface Manifest {
  commands: Record<
    string,
    { hidden: boolean; args: Record<string, unknown>; flags: Record<string, { helpGroup?: string }> }
  >
}

const manifest = JSON.parse(await readFile(join(ROOT, 'oclif.manifest.json'), 'utf8')) as Manifest
const commands = Object.fromEntries(Object.entries(manifest.commands).filter(([, { hidden }]) => !hidden))
const page = await readFile(join(ROOT, 'docs/cli.md'), 'utf8')
const sections = new Map(
  page.split(/^## /m).map((section) => [section.slice(0, section.indexOf('\n')), section] as const),
)

/** Flags in the first column of a section's table. */
function flagsOf(section: string | undefined): string[] {
  const cells = [...(section ?? '').matchAll(/^\| (.*?) +\|/gm)].map(([, cell = '']) => cell)
  return cells.flatMap((cell) => [...cell.matchAll(/`--([\w-]+)/g)].map(([, flag = '']) => flag)).sort()
}

test('docs/cli.md has every command, and no other', () => {
  const [, , ...names] = sections.keys()
  expect(names.sort()).toEqual(
    Object.keys(commands)
      .map((id) => id.replaceAll(':', ' '))
      .sort(),
  )
})

test.each(Object.entries(commands))(
  'docs/cli.md has every flag and argument of %s, and no other',
  (name, command) => {
    const title = name.replaceAll(':', ' ')
    const flags = (everywhere: boolean): string[] =>
      Object.keys(command.flags)
        .filter((flag) => (command.flags[flag]?.helpGroup === 'GLOBAL') === everywhere)
        .sort()
    expect(flagsOf(sections.get(title))).toEqual(flags(false))
    expect(flagsOf(sections.get('Everywhere'))).toEqual(flags(true))
    const usage = /^ {4}daffi .*$/m.exec(sections.get(title) ?? '')?.[0]
    for (const argument of Object.keys(command.args)) expect(usage).toContain(argument.toUpperCase())
  },
)
