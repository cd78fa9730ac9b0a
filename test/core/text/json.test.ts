import { expect, test } from 'vitest'
import { readJson, writeJson } from '../../../src/runtime/core/text/json.js'

test.each<[string, unknown]>([
  ['647463207857815565', 647463207857815565n],
  ['9007199254740991', 9007199254740991],
  ['-9007199254740993', -9007199254740993n],
  [
    '{"id":123456789012345678,"s":"123456789012345678","t":"a\\"9007199254740993"}',
    {
      id: 123456789012345678n,
      s: '123456789012345678',
      t: 'a"9007199254740993',
    },
  ],
  [
    '[1, [18446744073709551616], {"9007199254740993": 9007199254740993}]',
    [1, [18446744073709551616n], { '9007199254740993': 9007199254740993n }],
  ],
  ['{"__proto__":{"a":9007199254740993}}', JSON.parse('{"__proto__":{}}')],
  [
    '[1e5, 1.7976931348623157e308, 1.2345678901234567890, -0, 0e999, 1E+2]',
    [100000, Number.MAX_VALUE, 1.2345678901234567, -0, 0, 100],
  ],
  ['1e20', 1e20],
])('%s is read', (text, expected) => {
  const value = readJson(text, 'argument 1')
  if (text.includes('__proto__')) {
    expect(Object.keys(value as object)).toEqual(['__proto__'])
    expect(Object.entries(value as object)[0]?.[1]).toEqual({ a: 9007199254740993n })
  } else expect(value).toStrictEqual(expected)
})

test.each([
  ['1e400', 'argument 1 cannot be sent: 1e400 is beyond'],
  ['{"a":[1,{"b":-1E999}]}', 'argument 1.a[1].b cannot be sent'],
  ['[1e-400]', 'argument 1[0] cannot be sent: 1e-400'],
  ['9'.repeat(5000), 'argument 1 cannot be sent: 9999'],
])('%s is refused', (text, message) => {
  expect(() => readJson(text, 'argument 1')).toThrow(expect.objectContaining({ code: 'DAFFI_UNSENDABLE' }))
  expect(() => readJson(text, 'argument 1')).toThrow(message)
})

test('what is no JSON is none, and deep JSON does not end the process', () => {
  expect(() => readJson('9007199254740993x', 'x')).toThrow(SyntaxError)
  const deep = '['.repeat(50_000) + '9007199254740993' + ']'.repeat(50_000)
  expect(Array.isArray(readJson(deep, 'x'))).toBe(true)
})

test('whole numbers of any size are written as such', () => {
  const value = { id: 2n ** 70n, list: [-5n, -0, 0, NaN, -Infinity, '1'], none: undefined }
  expect(writeJson(value)).toBe('{"id":1180591620717411303424,"list":[-5,-0,0,"NaN","-Infinity","1"]}')
  expect(writeJson(12n)).toBe('12')
  expect(writeJson(undefined)).toBe('null')
  expect(writeJson([1n], 2)).toBe('[\n  1\n]')
  expect(readJson(writeJson({ id: 2n ** 70n }), 'x')).toEqual({ id: 2n ** 70n })
})
