import { expect, test } from 'vitest'
import { ItemState } from '../../src/runtime/call/state/item-state.js'
import { decodeState, encodeState } from '../../src/runtime/call/state/state-record.js'
import { StateStore } from '../../src/runtime/call/state/state-store.js'
import { KIB } from '../../src/runtime/core/bytes.js'
import { decode, encode } from '../../src/runtime/codec/index.js'

const MAX_BYTES = 1000

test('the states of 10,000 keys are in memory; of more, those that nobody uses and were used longest ago go', async () => {
  const store = new StateStore()
  const use = async (key: string, isHeld = false): Promise<unknown> => {
    const entry = await store.open(key, '')
    const state = new ItemState(entry, MAX_BYTES)
    const found = state.get('key')
    state.set('key', key)
    state.commit()
    if (!isHeld) store.onDone(entry, 0)
    return found
  }
  await use('held', true)
  for (let key = 0; key < 9_999; key++) await use(`${key}`)
  expect(await use('0')).toBe('0')
  await use('one more')
  expect([await use('0'), await use('1'), await use('held')]).toEqual(['0', undefined, 'held'])
})

test('a record is read back as it was, and what is none is found', () => {
  const values = new Map([['__proto__', encode({ a: 1n })]])
  const record = { values, items: new Map([['daffi_shop_in', ['run', 7] as const]]) }
  const again = decodeState(encodeState(record))
  expect(again?.items).toEqual(record.items)
  expect([...(again?.values ?? [])].map(([name, bytes]) => [name, decode(bytes)])).toEqual([
    ['__proto__', { a: 1n }],
  ])
  const value = encode(1)
  for (const bad of [
    null,
    [],
    {},
    { values: [['a', 1]], items: [] },
    { values: [['a', Buffer.of(0x92, 1)]], items: [] },
    { values: [['a', value, 1]], items: [] },
    { values: [[1, value]], items: [] },
    { values: [['a', encode('x'.repeat(64 * KIB))]], items: [] },
    { values: Array.from({ length: 4000 }, (_, n) => [`v${n}`, value]), items: [] },
    { values: [], items: [['s', 'run', -1]] },
    { values: [], items: [['s', 'not a name', 1]] },
  ])
    expect(decodeState(encode(bad)), JSON.stringify(bad).slice(0, 100)).toBeUndefined()
  expect(decodeState(Buffer.from('nonsense'))).toBeUndefined()
})
