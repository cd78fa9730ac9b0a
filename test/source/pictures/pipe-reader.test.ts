import { once } from 'node:events'
import { PassThrough, type Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { pump } from '../../../src/runtime/source/pictures/pump.js'
import { PipeReader } from '../../../src/runtime/source/pictures/pipe-reader.js'

function readerOf(...chunks: string[]): PipeReader {
  const pipe = new PassThrough()
  for (const chunk of chunks) pipe.write(chunk)
  pipe.end()
  return readerOn(pipe)
}

function readerOn(pipe: Readable, silenceMs?: number): PipeReader {
  const reader = new PipeReader(silenceMs)
  pump(pipe, reader)
  return reader
}

async function fill(reader: PipeReader, bytes: number): Promise<string> {
  const target = Buffer.alloc(bytes)
  return target.toString('latin1', 0, await reader.fill(target))
}

test('pieces do not depend on how the bytes were written', async () => {
  const reader = readerOf('ab', 'cde', 'f')
  expect([await fill(reader, 4), await fill(reader, 1), await fill(reader, 9)]).toEqual(['abcd', 'e', 'f'])
  expect(await reader.hasData()).toBe(false)
})

test('lines end with LF or CRLF; text after the last line end is not a line', async () => {
  const reader = readerOf('one\r', '\ntw', 'o\n\nrest')
  expect([await reader.line(), await reader.line(), await reader.line()]).toEqual(['one', 'two', ''])
  expect(await reader.line()).toBeUndefined()
})

test('a read waits for bytes', async () => {
  const pipe = new PassThrough()
  const piece = fill(readerOn(pipe), 3)
  pipe.write('ab')
  pipe.write('c')
  expect(await piece).toBe('abc')
})

test.each([undefined, new Error('broken')])(
  'a pipe that is destroyed (%s) looks like its end',
  async (error) => {
    const pipe = new PassThrough()
    const reader = readerOn(pipe)
    const piece = fill(reader, 3)
    const came = once(pipe, 'data')
    pipe.write('ab')
    await came
    pipe.destroy(error)
    expect(await piece).toBe('ab')
    expect(reader.stalled).toBe(false)
  },
)

test('silence ends the reading, but only during a read', async () => {
  const pipe = new PassThrough()
  const reader = readerOn(pipe, 20)
  pipe.write('abc')
  expect(await fill(reader, 2)).toBe('ab')
  await new Promise((resolve) => setTimeout(resolve, 60))
  expect(await fill(reader, 2)).toBe('c')
  expect(reader.stalled).toBe(true)
  expect(pipe.destroyed).toBe(true)
})

test('data that comes while the process is busy is not taken for silence', async () => {
  const pipe = new PassThrough()
  const reader = readerOn(pipe, 20)
  const piece = fill(reader, 1)
  setImmediate(() => pipe.write('a'))
  const busyUntil = performance.now() + 60
  while (performance.now() < busyUntil);
  expect(await piece).toBe('a')
})
