import { BROADCAST, NO_RETURN } from 'daffi'
import { expect, test } from 'vitest'
import { deferred } from '../../src/runtime/core/deferred.js'
import { ownPipeline } from '../support/pipeline.js'

interface Callbacks {
  double: (bytes: Buffer) => Buffer
  keep: (bytes: Buffer) => void
  lengths: (bytes: Buffer) => Generator<number>
}

const MB = 1_000_000

/** Bytes of which each part differs from the others. */
function bytesOf(length: number): Buffer {
  const bytes = Buffer.alloc(length)
  for (let at = 0; at + 4 <= length; at += 65_536) bytes.writeUInt32LE(at, at)
  return bytes
}

test('arguments and results may be larger than a message of the server, whatever the modifier', async () => {
  const { join } = await ownPipeline<Callbacks>()
  const kept = deferred<Buffer>()
  const callbacks = {
    double: (bytes: Buffer) => Buffer.concat([bytes, bytes]),
    keep: (bytes: Buffer) => kept.resolve(bytes),
    *lengths(bytes: Buffer) {
      yield bytes.length
    },
  }
  await join('one', { callbacks })
  await join('two', { callbacks: { double: callbacks.double } })
  const g = await join('caller')
  const large = bytesOf(9 * MB)

  expect((await g.call.double(large)).equals(Buffer.concat([large, large]))).toBe(true)
  const all = await g.call.double(bytesOf(2 * MB)).with(BROADCAST)
  expect(Object.entries(all).map(([name, value]) => [name, (value as Buffer).length])).toEqual([
    ['one', 4 * MB],
    ['two', 4 * MB],
  ])
  await g.call.keep(large).with(NO_RETURN)
  expect((await kept.promise).equals(large)).toBe(true)
  for await (const length of g.call.lengths(large)) expect(length).toBe(9 * MB)
})
