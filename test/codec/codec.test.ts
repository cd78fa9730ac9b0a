import { describe, expect, test } from 'vitest'
import {
  decode,
  decodeBytes,
  decodeValues,
  encode,
  encodeAll,
  encodeItem,
  ValuesWriter,
} from '../../src/runtime/codec/index.js'

const roundTrip = (value: unknown): unknown => decode(encode(value))

describe('values that travel', () => {
  test.each([
    [null],
    [undefined],
    [true],
    [-1],
    [2 ** 53 - 1],
    [1.5],
    ['ü'],
    [5n],
    [-(2n ** 80n)],
    [[1, [2, undefined]]],
    [{ a: { b: [1n] } }],
    [new Date(1700000000123)],
    [
      new Map<unknown, unknown>([
        [1, 'a'],
        ['k', new Map([[{ x: 1 }, 2n]])],
      ]),
    ],
    [new Set([1, 'a', new Set([2])])],
    [new Float64Array([1.5, -2])],
    [new Uint8ClampedArray([1, 255])],
    [new BigInt64Array([-3n])],
  ])('%o', (value) => {
    expect(roundTrip(value)).toStrictEqual(value)
  })

  test('a Buffer stays one, also in a message that is no Buffer', () => {
    const value = [Buffer.from([1]), { inner: Buffer.from([2]) }, new Map([['a', Buffer.from([3])]])]
    expect(decode(new Uint8Array(encode(value)))).toStrictEqual(value)
  })

  test('bytes come back as a Buffer', () => {
    expect(roundTrip(new Uint8Array([1, 2]))).toEqual(Buffer.from([1, 2]))
  })

  test('an error keeps name, message, code, stack and cause', () => {
    const error = Object.assign(new TypeError('no', { cause: new Error('why') }), { code: 'E_NO' })
    const back = roundTrip({ error }) as { error: TypeError & { code: string } }
    expect(back.error).toBeInstanceOf(Error)
    expect(back.error).toMatchObject({ name: 'TypeError', message: 'no', code: 'E_NO', stack: error.stack })
    expect((back.error.cause as Error).message).toBe('why')
  })

  test('the sent object is left as it was', () => {
    const sent = { map: new Map([[1, 2n]]), list: [1n] }
    encode(sent)
    expect(sent).toStrictEqual({ map: new Map([[1, 2n]]), list: [1n] })
  })
})

describe('values that cannot be sent', () => {
  const cycle: { self?: unknown } = {}
  cycle.self = [cycle]
  test.each([
    ['a function', { a: [1, () => 1] }, 'argument 1.a[1]'],
    ['a symbol', [Symbol('x')], 'argument 1[0]'],
    ['a cycle', cycle, 'argument 1.self[0]'],
    ['a promise', { p: Promise.resolve(1) }, 'argument 1.p'],
    ['an iterator', (function* () {})(), 'argument 1'],
    ['an invalid date', { d: new Date(NaN) }, 'argument 1.d'],
  ])('%s', (_name, value, path) => {
    expect(() => encode(value, 'argument 1')).toThrow(
      expect.objectContaining({
        code: 'DAFFI_UNSENDABLE',
        message: expect.stringContaining(`${path} cannot be sent`) as string,
      }),
    )
  })
})

test('bytes that are no MessagePack are refused', () => {
  expect(() => decode(Buffer.from([0xdd, 0, 0, 0, 9, 1]))).toThrow(
    expect.objectContaining({ code: 'DAFFI_BAD_MESSAGE' }),
  )
})

describe('items of a stream', () => {
  const frame = {
    data: Buffer.from([1, 2, 3]),
    width: 1,
    height: 1,
    format: 'bgr24' as const,
    sequence: 4,
    time: 5.5,
  }
  test.each([[Buffer.from([1])], [new Uint8Array([1, 2])], [new Float32Array([1.5])], [frame]])(
    '%o travels as raw bytes',
    (item) => {
      const { kind, bytes } = encodeItem(item, 0)
      expect(kind).toBeDefined()
      expect(kind && decodeBytes(kind, Buffer.from(bytes))).toStrictEqual(item)
    },
  )

  test('values share one payload', () => {
    const items = [1, 'a', { b: 2n }, undefined, Buffer.from('b')]
    const name = (index: number): string => `value ${index}`
    expect(decodeValues(encodeAll(items, name), items.length)).toStrictEqual(items)
    expect(() => encodeAll([1, { a: Symbol('s') }], name)).toThrow('value 1.a cannot be sent')
  })

  test('integers are written as any MessagePack library writes them', () => {
    const integers = [0, 127, 128, 255, 256, 65535, 65536, 2 ** 32 - 1, -1, -128, -32769, -(2 ** 31)]
    const values = new ValuesWriter(16)
    for (const integer of integers) expect(values.addInteger(integer)).toBe(true)
    for (const other of [2 ** 32, -(2 ** 31) - 1, 0.5, NaN, '1', null, 1n]) {
      expect(values.addInteger(other)).toBe(false)
    }
    values.add(encodeItem('text '.repeat(1000), 0))
    expect(values.count).toBe(integers.length + 1)
    expect(decodeValues(values.take(), integers.length + 1)).toStrictEqual([
      ...integers,
      'text '.repeat(1000),
    ])
    expect(values.count).toBe(0)
  })

  test('bytes among values stay what they are, whatever their alignment', () => {
    const items = [
      Buffer.from('abc'),
      new Uint8Array([1, 2, 3]),
      new Float64Array([1.5, -0, NaN]),
      7,
      new Uint8ClampedArray(0),
      new BigInt64Array([-1n, 2n ** 62n]),
      Buffer.alloc(70_000, 'x'),
      new Uint16Array([1, 65_535]).subarray(1),
    ]
    const values = new ValuesWriter(16)
    for (const [index, item] of items.entries()) values.add(encodeItem(item, index))
    expect(decodeValues(values.take(), items.length)).toStrictEqual(items)
  })

  test('bytes are copied as they are added', () => {
    const item = new Uint8Array([1, 2])
    const values = new ValuesWriter(16)
    values.add(encodeItem(item, 0))
    item.fill(9)
    expect(decodeValues(values.take(), 1)).toStrictEqual([new Uint8Array([1, 2])])
  })
})
