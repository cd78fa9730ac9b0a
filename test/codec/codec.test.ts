import { isDeepStrictEqual } from 'node:util'
import { runInNewContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
import {
  decode,
  decodeBytes,
  decodeValues,
  encode,
  encodeAll,
  encodeItem,
  isBytesKind,
  ValuesWriter,
  weightOf,
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
    [new Uint8Array([1, 2, 3]).subarray(1)],
    [{ bytes: [new Uint8Array(0), Buffer.from('b')] }],
    [new Uint8Array([1, 2]).buffer],
    [[-0, 0, NaN, { a: -0 }]],
    [-0],
    [{ constructor: 5, toJSON: 6, hasOwnProperty: 7, toString: 'x', then: 1 }],
    [{ a: { constructor: 'Map', size: 3 } }],
    [JSON.parse('{"__proto__":{"admin":true},"a":[{"__proto__":5}],"n":-0}')],
    [[JSON.parse('{"__proto__":1}'), 'x'.repeat(300), new Map([[1, JSON.parse('{"__proto__":[1]}')]])]],
    [[...Array.from({ length: 60 }, () => 'x'.repeat(9)), JSON.parse('{"__proto__":1}')]],
    [new Date(8.64e15)],
  ])('%o', (value) => {
    expect(roundTrip(value)).toStrictEqual(value)
  })

  test('a Buffer stays one, also in a message that is no Buffer', () => {
    const value = [Buffer.from([1]), { inner: Buffer.from([2]) }, new Map([['a', Buffer.from([3])]])]
    expect(decode(new Uint8Array(encode(value)))).toStrictEqual(value)
  })

  test('of any number of keys and members', () => {
    const keys = Array.from({ length: 70_000 }, (_, index) => `k${index}`)
    const sent = {
      record: Object.fromEntries(keys.map((key, index) => [key, index])),
      keys,
      set: new Set(keys),
    }
    expect(isDeepStrictEqual(roundTrip(sent), sent)).toBe(true)
  })

  test('an error keeps name, message, code, stack and cause', () => {
    const error = Object.assign(new TypeError('no', { cause: new Error('why') }), { code: 'E_NO' })
    const back = roundTrip({ error }) as { error: TypeError & { code: string } }
    expect(back.error).toBeInstanceOf(Error)
    expect(back.error).toMatchObject({ name: 'TypeError', message: 'no', code: 'E_NO', stack: error.stack })
    expect((back.error.cause as Error).message).toBe('why')
  })

  test('an error keeps its own fields, and an AggregateError its errors', () => {
    const error = Object.assign(new AggregateError([new Error('one'), 2n], 'several'), {
      status: 503,
      detail: new Map([['__proto__', [1n]]]),
    })
    const back = roundTrip([error]) as [typeof error]
    expect(back[0]).toMatchObject({ name: 'AggregateError', message: 'several', status: 503 })
    expect(back[0].detail).toStrictEqual(error.detail)
    expect(back[0].errors).toMatchObject([{ message: 'one' }, 2n])
    expect(Object.keys(back[0])).toStrictEqual(['status', 'detail'])
  })

  test('an object of a class is sent as its own fields, or as what its toJSON gives', () => {
    class Point {
      x = -0
      get length(): number {
        return 5
      }
    }
    class Money {
      readonly cents = 5n
      toJSON(): unknown {
        return { cents: this.cents, at: new Date(5) }
      }
    }
    class Again {
      a = 1
      toJSON(): unknown {
        return new Again()
      }
    }
    const sent = { point: new Point(), list: [new Money()], again: new Again(), url: new URL('http://x/') }
    expect(roundTrip(sent)).toStrictEqual({
      point: { x: -0 },
      list: [{ cents: 5n, at: new Date(5) }],
      again: { a: 1 },
      url: 'http://x/',
    })
  })

  test('objects of another realm are what they are', () => {
    const sent: unknown = runInNewContext('({ a: [{}], m: new Map([[1, new Set([2])]]), d: new Date(5) })')
    expect(roundTrip(sent)).toStrictEqual({ a: [{}], m: new Map([[1, new Set([2])]]), d: new Date(5) })
  })

  test('a map of any client arrives with its key __proto__', () => {
    // As msgpack of Python writes { '__proto__': 1, 2: 3 }.
    const bytes = Buffer.concat([Buffer.from([0x82, 0xa9]), Buffer.from('__proto__'), Buffer.from([1, 2, 3])])
    expect(decode(bytes)).toStrictEqual(JSON.parse('{"2":3,"__proto__":1}'))
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
  const fail = (): never => {
    throw new Error('no')
  }
  const throwing = Object.defineProperty({}, 'b', { get: fail, enumerable: true })
  const sparse: unknown[] = []
  sparse[1e9] = 1
  class Secret {
    readonly #a = 1
    a(): number {
      return this.#a
    }
  }
  class Named extends Set {
    label = 1
  }
  class Thenable {
    x = 1
    then(): void {
      return
    }
  }
  class Throwing {
    x = 1
    toJSON = fail
  }
  class Giving {
    x = 1
    toJSON(): unknown {
      return { a: fail }
    }
  }
  test.each([
    ['a function', { a: [1, () => 1] }, 'argument 1.a[1]'],
    ['a symbol', [Symbol('x')], 'argument 1[0]'],
    ['a cycle', cycle, 'argument 1.self[0]'],
    ['a promise', { p: Promise.resolve(1) }, 'argument 1.p'],
    ['an iterator', (function* () {})(), 'argument 1'],
    ['an invalid date', { d: new Date(NaN) }, 'argument 1.d'],
    ['a RegExp', [{}, /a+/gi], 'argument 1[1]'],
    ['a RegExp with a field', Object.assign(/a/, { x: 1 }), 'argument 1'],
    ['shared memory', { m: new SharedArrayBuffer(8) }, 'argument 1.m'],
    ['a WeakMap', [new WeakMap()], 'argument 1[0]'],
    ['a WeakRef', new Map([['k', new WeakRef({})]]), 'argument 1.values()[0]'],
    ['a Number', new Map([[Object(5), 1]]), 'argument 1.keys()[0]'],
    ['a DataView', new Set([new DataView(new ArrayBuffer(1))]), 'argument 1.values()[0]'],
    ['a Blob', { b: new Blob(['x']) }, 'argument 1.b'],
    ['a format', new Intl.NumberFormat(), 'argument 1'],
    ['an object with private fields only', { p: new Secret() }, 'argument 1.p'],
    ['an object with then', { p: { q: new Thenable() } }, 'argument 1.p.q'],
    ['a symbol as a key', { a: { [Symbol('s')]: 1 } }, 'argument 1.a[Symbol(s)]'],
    ['an accessor that throws', { a: [throwing] }, 'argument 1.a[0].b'],
    ['a toJSON that throws', [new Throwing()], 'argument 1[0].toJSON()'],
    ['what a toJSON gives', [new Giving()], 'argument 1[0].toJSON().a'],
    ['a Proxy that throws', [new Proxy({}, { ownKeys: fail })], 'argument 1[0]'],
    ['a gap', [[1, , 3]], 'argument 1[0][1]'],
    ['a very long array of gaps', sparse, 'argument 1[0]'],
    ['a field of an error', { e: Object.assign(new Error('x'), { f: fail }) }, 'argument 1.e.f'],
    ['an error whose message is none', Object.assign(new Error('x'), { message: {} }), 'argument 1.message'],
    ['a property of a Date', { d: Object.assign(new Date(0), { zone: 1 }) }, 'argument 1.d.zone'],
    ['a property of a Map', [Object.assign(new Map(), { name: 1 })], 'argument 1[0].name'],
    ['a property of a class of Sets', new Named(), 'argument 1.label'],
    ['a cause', new Error('x', { cause: [/a/] }), 'argument 1.cause[0]'],
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

test('the weight of what cannot be sent is told at once', () => {
  const tree: { children: unknown[]; parent?: unknown } = { children: [] }
  tree.children = [1, 2, 3].map(() => ({ parent: tree, again: tree }))
  const gaps: unknown[] = []
  gaps[1e9] = 1
  const start = performance.now()
  for (const value of [
    tree,
    gaps,
    Object.defineProperty({}, 'a', { get: () => decode(Buffer.of()), enumerable: true }),
  ])
    expect(weightOf(value)).toBeGreaterThan(0)
  expect(performance.now() - start).toBeLessThan(500)
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
  const bytes = [Buffer.from([1]), new Uint8Array([1, 2]), new Float32Array([1.5])]
  test.each([...bytes, new Uint8Array([1]).buffer, frame].map((item) => [item] as const))(
    '%o travels as raw bytes',
    (item) => {
      const { kind, bytes } = encodeItem(item, 0)
      expect(kind).toBeDefined()
      expect(kind && decodeBytes(kind, Buffer.from(bytes))).toStrictEqual(item)
    },
  )

  test('further fields of a frame travel behind its pixels', () => {
    const further = { ...frame, label: 'cat', boxes: [{ id: 2n ** 60n, at: new Map([[1, -0]]) }] }
    const { kind, bytes } = encodeItem(further, 0)
    const sent = JSON.parse(JSON.stringify(kind)) as typeof kind
    expect(isBytesKind(sent)).toBe(true)
    expect(sent && decodeBytes(sent, Buffer.from(bytes))).toStrictEqual(further)
    expect(() => encodeItem({ ...frame, label: () => 1 }, 7)).toThrow('item 7.label cannot be sent')
    // Whoever sends other bytes gives a frame without further fields.
    expect(decodeBytes(['frame', 1, 1, 'bgr24', 4, 5.5, 2], Buffer.from([1, 2, 3, 0xc1, 9]))).toEqual(frame)
    expect(decodeBytes(['frame', 1, 1, 'bgr24', 4, 5.5, 9], Buffer.from([1]))).toMatchObject({ width: 1 })
    for (const length of [-1, 0.5, '1', null])
      expect(isBytesKind(['frame', 1, 1, 'bgr24', 4, 5.5, length])).toBe(false)
  })

  test.each([
    [
      'bytes',
      { ...frame, data: Buffer.alloc(4) },
      'item 3 cannot be sent: it is a frame of 1x1 in bgr24, and its data has 4',
    ],
    ['width', { ...frame, width: 0 }, 'frame of 0x1'],
    ['height', { ...frame, height: 1.5 }, 'frame of 1x1.5'],
    ['format', { ...frame, format: 'yuv420p', width: 2, height: 2 }, 'frame of 2x2 in yuv420p'],
    [
      'accessor',
      Object.defineProperty({}, 'data', { get: () => JSON.parse('x') as unknown, enumerable: true }),
      'item 3.data',
    ],
  ])('a frame whose %s does not fit is refused', (_, item, message) => {
    expect(() => encodeItem(item, 3)).toThrow(expect.objectContaining({ code: 'DAFFI_UNSENDABLE' }))
    expect(() => encodeItem(item, 3)).toThrow(message)
  })

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
    for (const other of [2 ** 32, -(2 ** 31) - 1, 0.5, NaN, '1', null, 1n, -0]) {
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
