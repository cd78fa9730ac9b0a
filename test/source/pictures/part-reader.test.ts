import { PassThrough } from 'node:stream'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { BadPictures } from '../../../src/runtime/source/contract/size.js'
import { PartReader } from '../../../src/runtime/source/pictures/part-reader.js'
import { PipeReader } from '../../../src/runtime/source/pictures/pipe-reader.js'
import { pump } from '../../../src/runtime/source/pictures/pump.js'

/** The bodies of all parts of some bytes, which come in the given chunks. */
async function bodies(chunks: Buffer[]): Promise<Buffer[]> {
  const pipe = new PassThrough()
  const reader = new PipeReader()
  pump(pipe, reader)
  for (const chunk of chunks) pipe.write(chunk)
  pipe.end()
  const parts = new PartReader(reader)
  const found: Buffer[] = []
  for (;;) {
    const length = await parts.nextLength()
    if (length === undefined) return found
    const body = Buffer.alloc(length)
    if ((await reader.fill(body)) < length) return found
    found.push(body)
  }
}

function cut(bytes: Buffer, size: number): Buffer[] {
  const chunks: Buffer[] = []
  for (let at = 0; at < bytes.length; at += size) chunks.push(bytes.subarray(at, at + size))
  return chunks
}

test('parts come out as they went in, however they are cut', async () => {
  const body = fc
    .uint8Array({ maxLength: 2000 })
    .map((bytes) => Buffer.from(bytes.map((byte) => byte & 0x5f)))
  await fc.assert(
    fc.asyncProperty(fc.array(body), fc.integer({ min: 1, max: 3000 }), async (all, size) => {
      const sent = all.flatMap((each) => [
        Buffer.from(`--next\r\nContent-Type: image/jpeg\r\nContent-length: ${each.length}\r\n\r\n`),
        each,
        Buffer.from('\r\n'),
      ])
      const found = await bodies(cut(Buffer.concat([...sent, Buffer.from('--next--\r\n')]), size))
      expect(found.map((each) => each.toString('hex'))).toEqual(all.map((each) => each.toString('hex')))
    }),
    { numRuns: 50 },
  )
})

test('whatever comes ends, or is told to be no pictures', async () => {
  const text = fc.constantFrom(
    '--',
    '--next',
    '\r\n',
    '\n',
    'Content-Length: 9',
    'Content-Length: 1e9',
    '--next--',
    '\0',
  )
  await fc.assert(
    fc.asyncProperty(fc.array(text), async (all) => {
      await bodies([Buffer.from(all.join(''))]).catch((error: unknown) =>
        expect(error).toBeInstanceOf(BadPictures),
      )
    }),
  )
})
