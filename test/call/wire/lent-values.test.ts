import { expect, test } from 'vitest'
import { copyLent, LentValues } from '../../../src/runtime/call/wire/lent-values.js'
import { openMemories } from '../../support/open-memories.js'

const MIB = 1024 * 1024

test('a value that is lent to several lies in memory once, until none needs it', async () => {
  const values = new LentValues()
  const value = Buffer.alloc(3 * MIB, 'abc')
  const [one, other] = await Promise.all([values.lend(value), values.lend(value)])
  if (!one || !other) throw new Error('no shared memory')
  expect(one.place).toBe(other.place)
  expect(await openMemories()).toHaveLength(1)
  expect(value.equals(copyLent(one.place, value.length) ?? Buffer.of())).toBe(true)
  one.end()
  one.end()
  expect(value.equals(copyLent(other.place, value.length) ?? Buffer.of())).toBe(true)
  other.end()
  expect(await openMemories()).toEqual([])
  expect(copyLent(other.place, value.length)).toBeUndefined()
})

test('nothing is copied from what is no value of that length, and no place is a fault', async () => {
  const values = new LentValues()
  const lent = await values.lend(Buffer.alloc(3 * MIB))
  if (!lent) throw new Error('no shared memory')
  expect(copyLent(lent.place, 2 * MIB)).toBeUndefined()
  const [pid = '', fd = '', nonce = ''] = lent.place.split(' ')
  const other = Buffer.alloc(16).toString('base64url')
  expect(copyLent(`${pid} ${fd} ${other}`, 3 * MIB)).toBeUndefined()
  expect(copyLent(`${pid} 0 ${nonce}`, 3 * MIB)).toBeUndefined()
  for (const place of ['', 'x y z', '1', `1 -1 ${nonce}`, '1 2 short', `1 ${2 ** 40} ${nonce}`])
    expect(() => copyLent(place, 3 * MIB)).toThrow('does not say where a value is lent')
  lent.end()
})
