import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { eachMessage, sendMessage } from '../../../src/runtime/node/ipc/message-pipe.js'

/** The bytes of some messages, one after the other. */
async function bytesOf(...messages: unknown[]): Promise<Buffer> {
  const pipe = new PassThrough({ highWaterMark: 1e9 })
  for (const message of messages) await sendMessage(pipe, message)
  return pipe.read() as Buffer
}

/** Reads the messages of a pipe into which these bytes are written. */
async function readFrom(pieces: Iterable<Buffer>): Promise<unknown[]> {
  const pipe = new PassThrough()
  const got: unknown[] = []
  const closed = eachMessage(pipe, (message) => got.push(message))
  for (const piece of pieces) pipe.write(piece)
  pipe.end()
  await closed
  return got
}

function* cut(bytes: Buffer, length: number): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length)
}

test.each([1, 3, 7, 64, 1 << 20])(
  'messages are whole, when they come in pieces of %i bytes',
  async (length) => {
    const messages = [{ type: 'ready' }, undefined, new Map([['a', 1n]]), 'x'.repeat(5000), new Date(0)]
    expect(await readFrom(cut(await bytesOf(...messages), length))).toEqual(messages)
  },
)

test('a large message among small ones', async () => {
  const large = Buffer.alloc(5_000_000, 7)
  const [before, between, after] = await readFrom(cut(await bytesOf('before', large, 'after'), 65_536))
  expect([before, large.equals(between as Buffer), after]).toEqual(['before', true, 'after'])
})

test.each([
  ['text', Buffer.from('READY=1\n')],
  ['a length and nonsense', Buffer.from([3, 0, 0, 0, 1, 2, 3])],
  ['no bytes', Buffer.alloc(4)],
])('%s is no message, and ends the reading', async (_, bytes) => {
  await expect(readFrom([bytes])).rejects.toThrow()
})

test('so does what the reader makes nothing of', async () => {
  const pipe = new PassThrough()
  const closed = eachMessage(pipe, () => {
    throw new Error('has no call 5')
  })
  pipe.write(await bytesOf({ index: 5 }))
  await expect(closed).rejects.toThrow('has no call 5')
  expect(pipe.destroyed).toBe(true)
})

test('a message to a pipe that nobody reads any more is no error', async () => {
  const pipe = new PassThrough()
  pipe.on('error', () => undefined)
  pipe.destroy()
  await sendMessage(pipe, 'late')
})
