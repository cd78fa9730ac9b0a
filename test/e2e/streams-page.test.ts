import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { expect, onTestFinished, test } from 'vitest'
import { ROOT } from '../support/paths.js'
import { temporaryProject } from '../support/temporary.js'

interface Program {
  name: string
  text: string
  /** The `text` block that follows, if one does. */
  output: string | undefined
}

const PROGRAM = /^```js\n\/\/ (?<name>\S+)\n(?<text>.*?)^```\n(?:\n```text\n(?<output>.*?)^```$)?/gms

const page = await readFile(join(ROOT, 'docs/streams.md'), 'utf8')
const programs = [...page.matchAll(PROGRAM)].map(
  ({ groups }) => ({ output: undefined, ...groups }) as Program,
)
const receivers = [...page.matchAll(/^node (\S+) (\S+)$/gm)].map(([, file = '', name = '']) => [file, name])

test('the programs of docs/streams.md print what the page says', async () => {
  const cwd = await temporaryProject(Object.fromEntries(programs.map(({ name, text }) => [name, text])))
  for (const [file = '', name = ''] of receivers) {
    const receiver = execa(process.execPath, [file, name], { cwd, reject: false })
    onTestFinished(async () => {
      receiver.kill()
      await receiver
    })
  }
  const shown = programs.filter(({ output }) => output !== undefined)
  expect(shown.map(({ name }) => name)).toEqual(['no_return.js', 'broadcast.js', 'stream.js', 'tuples.js'])
  for (const { name, output } of shown) {
    const { stdout } = await execa(process.execPath, [name], { cwd, timeout: 30_000 })
    expect(`${stdout}\n`).toBe(output)
  }
})
