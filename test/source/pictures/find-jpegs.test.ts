import fc from 'fast-check'
import { expect, test } from 'vitest'
import { findJpegs, looksLikeJpegs } from '../../../src/runtime/source/pictures/find-jpegs.js'
import { jpegsOf } from '../http-camera.js'
import { collect } from '../support.js'

const [large = Buffer.alloc(0), small = Buffer.alloc(0)] = (
  await Promise.all([jpegsOf(64, 48, 1), jpegsOf(16, 16, 1)])
).flat()
/** A JPEG with another as its thumbnail. */
const nested = Buffer.concat([
  large.subarray(0, 2),
  Buffer.from([0xff, 0xe1, ...u16(2 + small.length)]),
  small,
  large.subarray(2),
])
const WHOLE = [large, small, nested]

function u16(number: number): number[] {
  return [number >> 8, number & 0xff]
}

async function* cut(bytes: Buffer, size: number): AsyncGenerator<Buffer, void> {
  for (let at = 0; at < bytes.length; at += size) yield await Promise.resolve(bytes.subarray(at, at + size))
}

async function find(bytes: Buffer, size = bytes.length): Promise<{ found: Buffer[]; short: number }> {
  let short = 0
  const onCutShort = (): void => {
    short++
  }
  const found = await collect(findJpegs(cut(bytes, size), { memory: {}, onCutShort }))
  return { found: found.map(({ data }) => data), short }
}

const text = fc.constantFrom(
  ...['', '\r\n', '\n', '--next\r\nContent-Length: 7\r\n\r\n', 'hello \xff\xfe', '\xff\xd9', '\xff\xd8 no'],
)
const whole = fc.nat(2).map((index) => ({ bytes: WHOLE[index] ?? large, isWhole: true }))
// Cut behind its header, as by a camera that breaks off: what a header says to be long would hide the next picture.
const half = fc.integer({ min: 1, max: 300 }).map((less) => ({
  bytes: large.subarray(0, -Math.min(less, large.length - large.indexOf('\xff\xda', 0, 'latin1') - 20)),
  isWhole: false,
}))

test('whole pictures come out as they went in, whatever stands between them, however they are cut', async () => {
  const item = fc.tuple(fc.oneof(whole, half), text)
  await fc.assert(
    fc.asyncProperty(
      fc.array(item, { maxLength: 12 }),
      fc.integer({ min: 1, max: 3000 }),
      async (items, size) => {
        // An end behind a half picture would be its own.
        const between = (isWhole: boolean, each: string): string =>
          isWhole ? each : each.replace('\xff\xd9', '')
        const sent = Buffer.concat(
          items.flatMap(([{ bytes, isWhole }, each]) => [
            bytes,
            Buffer.from(between(isWhole, each), 'latin1'),
          ]),
        )
        const { found } = await find(sent, size)
        const expected = items.flatMap(([{ bytes, isWhole }]) => (isWhole ? [bytes] : []))
        expect(found.map((each) => each.toString('hex'))).toEqual(
          expected.map((each) => each.toString('hex')),
        )
      },
    ),
    { numRuns: 60, examples: [[[[{ bytes: nested, isWhole: true }, '']], 1]] },
  )
})

test('a last picture that is not whole is left out, and told', async () => {
  expect(await find(Buffer.concat([large, large.subarray(0, -1)]))).toMatchObject({
    found: [large],
    short: 1,
  })
})

test.each([
  ['no picture within 1024 KiB', Buffer.alloc(1_100_000, 'x')],
  [
    '16 of its pictures, one behind the other, have no end',
    Buffer.concat(Array<Buffer>(17).fill(large.subarray(0, -2))),
  ],
])('%s', async (message, bytes) => {
  await expect(find(bytes, 65_536)).rejects.toThrow(message)
})

test('a picture in chunks of one byte takes no time', async () => {
  const huge = Buffer.concat([large.subarray(0, -2), Buffer.alloc(200_000, 7), large.subarray(-2)])
  const before = process.cpuUsage()
  expect((await find(huge, 1)).found).toHaveLength(1)
  expect(process.cpuUsage(before).user).toBeLessThan(3_000_000)
})

test.each([
  ['--next', true],
  ['\r\n\r\n--next', true],
  ['\xff\xd8\xff\xe0', true],
  ['#EXTM3U', false],
  ['', false],
])('%j looks like JPEGs: %s', (beginning, expected) => {
  expect(looksLikeJpegs(Buffer.from(beginning, 'latin1'))).toBe(expected)
})
