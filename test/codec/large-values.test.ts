import { expect, test } from 'vitest'
import { decode, encode } from '../../src/runtime/codec/index.js'

const SMALL = Buffer.alloc(100, 1)
const LARGE = Buffer.alloc(300_000, 2)

test.each([
  ['small', SMALL, 'small', SMALL],
  ['small', SMALL, 'large', LARGE],
  ['large', LARGE, 'small', SMALL],
  ['large', LARGE, 'large', LARGE],
])('a %s value whose accessor encodes a %3$s one is what it was', (_outer, data, _inner, other) => {
  let depth = 0
  const value = {
    data,
    get size(): number {
      if (depth++ === 1) encode({ other })
      return 5
    },
    end: 'x',
  }
  expect(decode(encode(value))).toEqual({ data, size: 5, end: 'x' })
  expect(depth).toBeGreaterThan(1)
})

test.each([
  ['bytes', LARGE],
  ['arguments', [LARGE, 1]],
  ['a frame', [{ data: LARGE, width: 3 }]],
  ['a typed array', { data: new Uint8Array(LARGE), bigint: 5n }],
  ['bytes deep within', { a: { b: { c: { d: { e: LARGE } } } } }],
  ['many bytes', Array.from({ length: 30 }, () => Buffer.alloc(LARGE.length / 30))],
  ['a map', new Map([['data', LARGE]])],
])('a large value takes memory of its size, and what comes after it little: %s', (_what, value) => {
  const { buffer, length } = encode(value)
  expect(length).toBeGreaterThan(LARGE.length)
  expect(buffer.byteLength).toBeLessThan(LARGE.length + 20_000)
  expect(encode({ a: 1 }).buffer.byteLength).toBeLessThan(9000)
})

test('what a value inherits is neither sent nor read', () => {
  const parent = Object.defineProperty({}, 'boom', {
    enumerable: true,
    get: () => {
      throw new Error('boom')
    },
  })
  const value = Object.assign(Object.create(parent) as object, { data: SMALL })
  expect(decode(encode(value))).toEqual({ data: SMALL })
})

const lying = { value: 0 as unknown }

test.each([
  ['a property', (data: Buffer) => Object.defineProperty(data, 'byteLength', lying)],
  [
    'its class',
    (data: Buffer) => {
      const prototype = Object.create(Buffer.prototype as object, { byteLength: lying }) as object
      Object.setPrototypeOf(data, prototype)
      return data
    },
  ],
])('bytes whose size is another by %s are what they are, and so is what is sent next', (_, lie) => {
  const isSame = (sent: Buffer, bytes: Buffer): boolean => bytes.equals(decode(encode(sent)) as Buffer)
  for (const size of [0, 50, 1e12, -1e9, NaN, 'x', undefined]) {
    lying.value = size
    for (const data of [SMALL, LARGE]) {
      expect(isSame(lie(Buffer.from(data)), data)).toBe(true)
      expect(isSame(data, data)).toBe(true)
    }
  }
})
