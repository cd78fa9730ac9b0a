import { expect, test } from 'vitest'
import { itemKeys } from '../../../../src/runtime/stream/common/write/item-key.js'
import { KeyOwners, type KeyMember } from '../../../../src/runtime/stream/common/write/key-owners.js'

const KEYS = Array.from({ length: 200 }, (_, n) => `key${n}`)
const member = (id: number, name = `node${id}`): KeyMember => ({ id, name, suspected: false, done: 0 })

/** Numbers from 0 to below the limit, always the same ones for a seed. */
function numbers(seed: number): (limit: number) => number {
  let state = seed
  return (limit) => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0
    return (state >>> 8) % limit
  }
}

/** Owner that each key has while nothing is in hand. */
function ownersOf(members: KeyMember[]): (string | undefined)[] {
  const owners = new KeyOwners()
  return KEYS.map((key) => owners.ownerOf(key, members)?.member.name)
}

test('a member that joins takes its own keys only, and gives them back when it leaves', () => {
  const three = [member(1), member(2), member(3)]
  const before = ownersOf(three)
  const after = ownersOf([...three, member(4)])
  const moved = after.filter((owner, at) => owner !== before[at])
  expect(new Set(moved)).toEqual(new Set(['node4']))
  expect(moved.length).toBeGreaterThan(KEYS.length / 8)
  expect(moved.length).toBeLessThan(KEYS.length / 2)
  for (const { name } of three) expect(before.filter((owner) => owner === name).length).toBeGreaterThan(30)
  // Under its name, whichever session it has.
  expect(ownersOf([member(3), member(9, 'node2'), member(1)])).toEqual(before)
})

test.each([1, 2, 3, 4, 5])(
  'never have two members one key in hand, through joins and leaves (seed %i)',
  (seed) => {
    const next = numbers(seed)
    const owners = new KeyOwners()
    const hands = new Map<KeyMember, string[]>()
    let [ids, waits, moves] = [0, 0, 0]
    const last = new Map<string, KeyMember>()
    for (let step = 0; step < 4000; step++) {
      const present = [...hands.keys()]
      const any = present[next(Math.max(1, present.length))]
      const what = next(100)
      if (what < 2 || !any) hands.set(member(++ids, `node${next(6)}-${ids}`), [])
      else if (what < 3 && present.length > 1) hands.delete(any)
      else if (what < 5) any.suspected = !any.suspected
      else if (what < 50) any.done += hands.get(any)?.splice(0, 1 + next(3)).length ?? 0
      const members = [...hands.keys()]
      owners.settle(members)
      const key = KEYS[next(20)] ?? ''
      const found = owners.ownerOf(key, members)
      const holders = members.filter((each) => hands.get(each)?.includes(key))
      if (!found) throw new Error('nobody gets the item')
      if (holders.length > 0) expect([found.member]).toEqual(holders)
      else expect(found.moves).toBe(false)
      if (found.moves) waits++
      else {
        if (last.has(key) && last.get(key) !== found.member) moves++
        last.set(key, found.member)
        owners.give(key, found.member)
        hands.get(found.member)?.push(key)
      }
      for (const each of members) expect(owners.inHand(each.id)).toBe(hands.get(each)?.length)
    }
    expect(waits).toBeGreaterThan(10)
    expect(moves).toBeGreaterThan(10)
  },
)

test('a suspected member keeps the keys that it has in hand, and no others', () => {
  const members = [member(1), member(2)]
  const owners = new KeyOwners()
  const [held = '', free = ''] = KEYS.filter((key) => owners.ownerOf(key, members)?.member.id === 1)
  for (const each of members) owners.settle([each])
  owners.give(held, members[0] as KeyMember)
  ;(members[0] as KeyMember).suspected = true
  expect(owners.ownerOf(held, members)).toMatchObject({ member: { id: 1 }, moves: false })
  expect(owners.ownerOf(free, members)).toMatchObject({ member: { id: 2 } })
})

test('values of two types are two keys; what is no key is told with its path and number', () => {
  const keys = itemKeys('sensor.id')
  const hashOf = (id: unknown): string => keys({ sensor: { id } }, 0).hash
  const values = ['1', 1, 1n, true, 'true', null, 'null', '', NaN, '\ud800', '\ud801']
  expect(new Set(values.map(hashOf)).size).toBe(values.length)
  expect(hashOf(-0)).toBe(hashOf(0))
  expect(keys({ sensor: new Map([['id', 'a']]) }, 0)).toEqual(keys({ sensor: { id: 'a' } }, 5))
  expect(itemKeys('1')(['a', 'b'], 0)).toEqual(itemKeys('id')({ id: 'b' }, 0))
  expect(itemKeys('meta.zone')({ data: new Uint8Array(1), meta: { zone: 3 } }, 0).fault).toBeUndefined()
  expect(keys({ sensor: {} }, 7).fault).toBe('item 7 has no key: "sensor.id" has nothing')
  expect(keys(null, 8).fault).toBe('item 8 has no key: "sensor.id" has nothing')
  expect(itemKeys('constructor')({}, 9).fault).toContain('nothing')
  expect(hashOf({}) && keys({ sensor: { id: {} } }, 9).fault).toContain('an object')
  const thrown = itemKeys(() => {
    throw new Error('no luck')
  })({}, 10)
  expect(thrown.fault).toContain('item 10 has no key: reading it threw: no luck')
})
