import { readdir, readFile } from 'node:fs/promises'
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

/** Flags of every command that reads a pipeline; the page has them once. */
const PIPELINE_FLAGS = ['env-file', 'profile']

test('docs/cli.md has every command, and no other', () => {
  const [, , ...names] = sections.keys()
  expect(names.sort()).toEqual(Object.keys(commands).sort())
})

test.each(Object.entries(commands))(
  'docs/cli.md has every flag and argument of %s, and no other',
  (name, { args, flags }) => {
    const ofGroup = (group: string | undefined): string[] =>
      Object.keys(flags)
        .filter((flag) => flags[flag]?.helpGroup === group)
        .sort()
    const documented = flagsOf(sections.get(name))
    expect([...documented.keys()].sort()).toEqual(ofGroup(undefined))
    const everywhere = [...flagsOf(sections.get('Everywhere')).keys()]
    expect(everywhere.filter((flag) => !PIPELINE_FLAGS.includes(flag)).sort()).toEqual(ofGroup('GLOBAL'))
    expect(everywhere).toEqual(expect.arrayContaining(PIPELINE_FLAGS))
    expect([[], PIPELINE_FLAGS]).toContainEqual(ofGroup('PIPELINE'))
    const usage = /^ {4}daffi .*$/m.exec(sections.get(name) ?? '')?.[0]
    for (const argument of Object.keys(args)) expect(usage).toContain(argument.toUpperCase())
    for (const [flag, { default: value, helpValue }] of Object.entries(flags)) {
      if (helpValue === 'DURATION' && value !== undefined)
        expect(documented.get(flag)).toContain(`\`${String(value)}\``)
    }
  },
)

/** Everything that people copy lines from. */
const texts = await Promise.all(
  [
    ...[
      'README.md',
      'CONTRIBUTING.md',
      'SECURITY.md',
      'src/commands/completion/index.ts',
      'src/commands/init.ts',
    ],
    ...(await readdir(join(ROOT, 'docs')))
      .filter((name) => name.endsWith('.md'))
      .map((name) => `docs/${name}`),
    ...(await readdir(join(ROOT, 'src/cli/completion'))).map((name) => `src/cli/completion/${name}`),
  ].map(async (file) => [file, await readFile(join(ROOT, file), 'utf8')] as const),
)

test.each(texts)('%s has nobody run the name daffi from a registry', (file, text) => {
  // A shell's start-up file is read in every folder, also where no daffi is installed.
  expect(text).not.toMatch(
    /(?:\$\(|<\(|`|eval\s).{0,40}\b(?:npx|npm exec)\s.*(?:completion|\|\s*(?:ba|z|fi)?sh)/,
  )
  expect(text).not.toMatch(/\bnpm (?:install|i|add|exec|create|init)(?: -\S+)* daffi(?![\w/-])/)
  expect(text).not.toMatch(/\bnpx (?:-\S+ )*daffi@/)
  const [before, ...blocks] = text.split(/^```sh$(?=[^`]*npx daffi)/m)
  if (file.endsWith('.md') && blocks.length > 0)
    expect(before).toMatch(/\bnpm ci\b|\bnpm install \.\.\/daffi\/daffi-|where daffi is \[installed\]/)
})
