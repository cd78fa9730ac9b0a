import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { eachLine, MAX_LINE } from '../../../../src/runtime/node/supervise/process/lines.js'

async function linesOf(...chunks: (string | Buffer)[]): Promise<string[]> {
  const stream = new PassThrough()
  const lines: string[] = []
  const done = eachLine(stream, (line) => lines.push(line))
  for (const chunk of chunks) stream.write(chunk)
  stream.end()
  await done
  return lines
}

test('lines are whole, however the bytes come', async () => {
  expect(await linesOf('one\ntw', 'o\r\n\nthr', 'ee')).toEqual(['one', 'two', '', 'three'])
  const [high, low] = [Buffer.from('🎥').subarray(0, 2), Buffer.from('🎥').subarray(2)]
  expect(await linesOf('a', high, low, 'b\n')).toEqual(['a🎥b'])
})

test('a line that comes in many pieces is whole', async () => {
  const line = JSON.stringify({ text: 'x'.repeat(900_000) })
  const pieces = line.match(/[^]{1,65536}/g) ?? []
  expect(await linesOf('before\n', ...pieces, '\nafter')).toEqual(['before', line, 'after'])
})

test('a line without an end is given out in parts, none of which splits a character', async () => {
  const lines = await linesOf(`x${'🎥'.repeat(MAX_LINE)}`, '\nend\n')
  expect(lines.join('')).toBe(`x${'🎥'.repeat(MAX_LINE)}end`)
  expect(lines.every((line) => line.length <= MAX_LINE && encodeURIComponent(line) !== '')).toBe(true)
})

test('a stream that is destroyed gives out what it had', async () => {
  const stream = new PassThrough()
  const lines: string[] = []
  const done = eachLine(stream, (line) => lines.push(line))
  stream.write('half')
  await new Promise(setImmediate)
  stream.destroy(new Error('gone'))
  await done
  expect(lines).toEqual(['half'])
})
