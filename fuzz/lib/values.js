import fc from 'fast-check'

/** Values that stand where others are expected: of other types, out of range, too long, or with a meaning somewhere. */
const ODD = [
  null,
  undefined,
  true,
  -1,
  0.5,
  NaN,
  Infinity,
  2 ** 53,
  -(2 ** 60),
  10n ** 30n,
  '',
  '*',
  '>',
  'a b',
  'a.b.c',
  '\u001b]0;title\u0007',
  '\r\nDaffi-From: x',
  '../../dev/tty',
  'self',
  '__proto__',
  'constructor',
  'x'.repeat(20_000),
  [],
  {},
  [[[]]],
  { constructor: 1, then: 2 },
  new Map([[1, 2]]),
  new Set(['x']),
  new Date(NaN),
  new Uint8Array(3),
  new Float64Array([NaN]),
  new Error('odd'),
]
export const odd = fc.constantFrom(...ODD)

export const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 64 }).map((each) => Buffer.from(each)),
  fc.constantFrom(
    Buffer.alloc(0),
    Buffer.from('hello there'),
    Buffer.from('null'),
    Buffer.from('[]'),
    Buffer.from('{}'),
    Buffer.from('"x"'),
    Buffer.from([0xc1]),
    Buffer.from([0xc0]),
    // Arrays and maps that claim to be endless, and nests.
    Buffer.from([0xdd, 0xff, 0xff, 0xff, 0xff]),
    Buffer.from([0xdf, 0xff, 0xff, 0xff, 0xff]),
    Buffer.alloc(2000, 0x91),
    // msgpackr's own extensions: a record, a value that contains itself, a regular expression.
    Buffer.from([0x91, 0xd4, 0x72, 0x40, 0x91, 0xa1, 0x61, 0x01]),
    Buffer.from([0x91, 0xd6, 0x69, 0, 0, 0, 1, 0x91, 0xd6, 0x70, 0, 0, 0, 1]),
    Buffer.from([0x91, 0xc7, 0x00, 0x78, 0x92, 0xa1, 0x61, 0xa1, 0x67]),
    Buffer.alloc(100_000),
  ),
)

/** Bytes of a message with some of them changed, left out or added. */
export const damaged = (whole) =>
  fc
    .tuple(fc.nat(), fc.nat(255), fc.constantFrom('change', 'cut', 'add', 'double'))
    .map(([at, byte, how]) => {
      const copy = Buffer.from(whole)
      const index = copy.length === 0 ? 0 : at % copy.length
      if (how === 'cut') return copy.subarray(0, index)
      if (how === 'add') return Buffer.concat([copy, Buffer.from([byte])])
      if (how === 'double') return Buffer.concat([copy, copy])
      if (copy.length > 0) copy[index] = byte
      return copy
    })

/** A value in which something was replaced, left out or added, at any depth. */
export function mutated(value) {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return odd
  const keys = Object.keys(value)
  const replace = (key, part) => {
    if (Array.isArray(value))
      return value
        .map((each, index) => (String(index) === String(key) ? part : each))
        .filter((each) => each !== LEFT_OUT)
    const entries = Object.entries({ ...value, [key]: part })
    return Object.fromEntries(entries.filter(([, each]) => each !== LEFT_OUT))
  }
  if (keys.length === 0)
    return fc.oneof(
      odd,
      fc.tuple(odd).map(([part]) => replace(0, part)),
    )
  return fc.oneof(
    { weight: 1, arbitrary: odd },
    {
      weight: 8,
      arbitrary: fc
        .constantFrom(...keys)
        .chain((key) =>
          fc.oneof(odd, fc.constant(LEFT_OUT), mutated(value[key])).map((part) => replace(key, part)),
        ),
    },
  )
}
const LEFT_OUT = Symbol('left out')

const WRONG = {
  name: [7, null, {}, [], 'a b', 'a.*', '', 'x'.repeat(300), '\u001b[2J'],
  text: [7, null, {}, [], 'x'.repeat(20_000)],
  count: ['x', null, {}, [], -1, 0.5, NaN, 2 ** 60, true],
  flag: ['x', null, {}, 7],
  list: ['x', null, {}, 7, [null], [{}], [7]],
  map: ['x', null, [], 7, true],
}

/** A message in which a field that it must have is certainly wrong. @param form the types of some of its fields */
export function senseless(value, form) {
  return fc.constantFrom(...Object.keys(form)).chain((key) =>
    fc.oneof(
      fc.constantFrom(...WRONG[form[key]]).map((wrong) => ({ ...value, [key]: wrong })),
      fc.constant(Object.fromEntries(Object.entries(value).filter(([name]) => name !== key))),
    ),
  )
}
