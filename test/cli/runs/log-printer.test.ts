import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { coloursFor, LogPrinter, Output, readSince } from '../../../src/cli/index.js'

const EVIL = '\u001b[31mred\u001b[0m \u001b]0;title\u0007\u009bA \u202etxt \u0000a\rb\n{\n  "c": 1\n}'
const record = {
  time: '2026-11-29T09:41:52.875Z',
  node: 'till',
  stream: 'stdout',
  level: 'info',
  text: EVIL,
} as const

async function printed(options: { json: boolean; timestamps: boolean }): Promise<string> {
  const stream = Object.assign(new PassThrough(), { isTTY: false })
  const output = new Output(stream as unknown as NodeJS.WriteStream)
  const colours = coloursFor({ isTTY: false })
  await new LogPrinter({ output, colours, names: ['till'], ...options }).print(record)
  return String(stream.read())
}

test('a record does nothing to a terminal or a pipe, and each of its lines has the name of its node', async () => {
  const lines = ['red  txt a', 'b', '{', '  "c": 1', '}']
  expect(await printed({ json: false, timestamps: false })).toBe(
    lines.map((line) => `till  | ${line}\n`).join(''),
  )
  expect(await printed({ json: false, timestamps: true })).toMatch(
    /^2026-11-29T09:41:52\.875Z till {2}\| red/,
  )
})

test('as JSON a record is one line, escaped', async () => {
  const line = await printed({ json: true, timestamps: false })
  expect(line).toMatch(/^[\u0020-\u007e]*\n$/)
  expect(JSON.parse(line)).toEqual(record)
})

test('a point in time is a date, or how long ago; anything else is told in these words', () => {
  const now = Date.parse('2026-11-29T10:00:00Z')
  expect(now - readSince('10m', now)).toBe(600_000)
  expect(readSince('2026-11-29T09:00:00Z', now)).toBe(now - 3_600_000)
  for (const text of ['yesterday', '2026-13-40'])
    expect(() => readSince(text, now)).toThrow(`--since: ${JSON.stringify(text)} is no time`)
})
