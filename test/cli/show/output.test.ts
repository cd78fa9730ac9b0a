import { PassThrough } from 'node:stream'
import { afterEach, expect, test, vi } from 'vitest'
import { coloursFor, Output } from '../../../src/cli/index.js'
import { printedLines } from '../../../src/cli/show/marked-colours.js'

const HOSTILE = '\u001b]52;c;aGk=\u0007\u001b[31mred\u001b[2A\u009b2J\u202e'

function output(): { output: Output; written: () => string } {
  const stream = Object.assign(new PassThrough(), { isTTY: true, columns: 80 })
  const chunks: Buffer[] = []
  stream.on('data', (chunk: Buffer) => chunks.push(chunk))
  return {
    output: new Output(stream as unknown as NodeJS.WriteStream),
    written: () => Buffer.concat(chunks).toString(),
  }
}

function withColours(): ReturnType<typeof coloursFor> {
  vi.stubEnv('NO_COLOR', '')
  vi.stubEnv('FORCE_COLOR', '1')
  return coloursFor({ isTTY: true })
}

afterEach(() => vi.unstubAllEnvs())

test("this command's colours stay, and nothing else that acts on a terminal", () => {
  const { red, bold } = withColours()
  const { output: out, written } = output()
  out.line(`${bold('a')} ${red(`b${HOSTILE}`)}`)
  expect(written()).toBe('\u001b[1ma\u001b[22m \u001b[31mbred\u001b[39m\n')
})

test('a colour inside another one ends, and the other one goes on', () => {
  const { red, cyan } = withColours()
  const { output: out, written } = output()
  out.line(red(`a${cyan('b')}c`))
  expect(written()).toBe('\u001b[31ma\u001b[36mb\u001b[39m\u001b[31mc\u001b[39m\n')
})

test('no line of a text passes for a line of its own', () => {
  const { output: out, written } = output()
  out.line('failed: no\n✔ all is well\r✔ forged')
  expect(written()).toBe('failed: no\n  ✔ all is well✔ forged\n')
})

test('JSON does nothing to a terminal, and says the same', () => {
  const { output: out, written } = output()
  out.json({ [HOSTILE]: HOSTILE })
  expect(written()).toMatch(/^[\n\u0020-\u007e]*$/)
  expect(JSON.parse(written())).toEqual({ [HOSTILE]: HOSTILE })
})

test('a node keeps its colours to the end of its line, and overwrites nothing', () => {
  const colours = withColours()
  const { output: out, written } = output()
  for (const line of printedLines(`${HOSTILE} 10 %\r20 %`, colours)) out.line(`one | ${line}`)
  expect(written()).toBe('one | \u001b[31mred 10 %\u001b[0m\none | 20 %\n')
})

test('a node has no colours where the command has none', () => {
  const { output: out, written } = output()
  for (const line of printedLines(HOSTILE, coloursFor({ isTTY: false }))) out.line(line)
  for (const line of printedLines('', coloursFor({ isTTY: false }))) out.line(line)
  expect(written()).toBe('red\n\n')
})

test('whoever waits until the reader has taken what was written leaves no listener', async () => {
  const stream = new PassThrough({ highWaterMark: 1 })
  const out = new Output(stream as unknown as NodeJS.WriteStream)
  const before = stream.eventNames().map((name) => stream.listenerCount(name))
  for (let n = 0; n < 3; n++) {
    out.text('much')
    const waiting = out.drained()
    stream.read()
    await waiting
  }
  expect(stream.eventNames().map((name) => stream.listenerCount(name))).toEqual(before)
  out.text('much')
  const left = out.drained()
  stream.destroy()
  await left
})
