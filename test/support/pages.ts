import { expect } from 'vitest'
import { readBlocks, type Block } from './markdown.js'
import { writeFiles } from './temporary.js'
import type { Command, Terminal } from './terminal.js'

/** Their YAML is checked, part by part, by docs.test.ts in test/pipeline and test/source. */
const PARTS = ['docs/pipeline.md', 'docs/sources.md']

/**
 * Runs the blocks of a page in their order, in the folder of a terminal:
 * - A block that begins with a comment of nothing but a path is that file. A pipeline file has to be without fault.
 * - The lines of an `sh` block are run one after the other, and have to succeed.
 * - A program followed by a `text` block is run, and an `sh` block too, and has to print exactly that.
 * - `<!-- until /pattern/ -->` before an `sh` block: its lines are run side by side, as in terminals of their own, until
 *   each has printed a line like that; then Ctrl-C, and all have to end with 0. With `background` in front they go on
 *   to the end of the page; with `background for the next block`, they are given Ctrl-C after that one.
 * - `<!-- run in PAGE -->`: it is not run here, since that page has the same lines.
 * - `<!-- not run: reason -->`: it is not run.
 */
export async function runPage(page: string, terminal: Terminal): Promise<void> {
  const blocks = (await readBlocks(page)).filter(({ directive }) => !directive?.startsWith('not run: '))
  const files = blocks.flatMap(({ file, text }) => (file === undefined ? [] : [[file, text]]))
  await writeFiles(terminal.folder, Object.fromEntries(files) as Record<string, string>)
  let running: Command[] = []
  for (const block of blocks) {
    if (block.language === 'yaml' && PARTS.includes(page)) continue
    const session = { type: terminal.type, place: `${page}:${block.line}` }
    const commands = await run(block, session)
    await interrupt(running, session.place)
    running = commands ?? []
  }
}

interface Session {
  type: Terminal['type']
  place: string
}

/** Runs a block; gives the commands that are to go on during the next one. */
async function run(
  { language, text, directive, file, output }: Block,
  session: Session,
): Promise<Command[] | undefined> {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  const elsewhere = /^run in (\S+)$/.exec(directive ?? '')?.[1]
  if (elsewhere !== undefined) {
    const there = (await readBlocks(elsewhere)).filter((block) => !/^(not )?run/.test(block.directive ?? ''))
    expect(
      there.some((block) => block.text.includes(text)),
      session.place,
    ).toBe(true)
  } else if (language === 'sh' && directive !== undefined) return await runUntil(lines, directive, session)
  else if (language === 'sh') for (const line of lines) await runLine(line, output, session)
  else if (['js', 'ts', 'yaml'].includes(language)) {
    if (file === undefined) throw new Error(`${session.place}: nothing says how it is tested`)
    if (language === 'yaml') await runLine(`npx daffi lint ${file}`, undefined, session)
    else if (output !== undefined) await runLine(`node ${file}`, output, session)
  }
}

async function runLine(line: string, output: string | undefined, { type, place }: Session): Promise<void> {
  const { exitCode, stdout, all } = await type(line).exited
  expect(exitCode, `${place}: ${line}\n${all}`).toBe(0)
  if (output !== undefined) expect(`${stdout}\n`, place).toBe(output)
}

const UNTIL = /^(?<background>background )?(?<once>for the next block )?until \/(?<pattern>.*)\/$/

async function runUntil(
  lines: string[],
  directive: string,
  { type, place }: Session,
): Promise<Command[] | undefined> {
  const { background, once, pattern } = UNTIL.exec(directive)?.groups ?? {}
  if (pattern === undefined) throw new Error(`${place}: what does "${directive}" mean?`)
  const commands = lines.map(type)
  await Promise.all(commands.map((command) => command.waitForLine(new RegExp(pattern))))
  if (once !== undefined) return commands
  if (background === undefined) await interrupt(commands, place)
  return undefined
}

async function interrupt(commands: Command[], place: string): Promise<void> {
  for (const command of commands) command.interrupt()
  for (const command of commands) {
    const { exitCode, all } = await command.exited
    expect(exitCode, `${place}: ${all}`).toBe(0)
  }
}
