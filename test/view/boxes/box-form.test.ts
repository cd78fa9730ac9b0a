import { expect, test } from 'vitest'
import { boxesOf } from '../../../src/runtime/view/boxes/box-form.js'

const PLACE = { x: 1, y: -2.5, width: 30, height: 40 }

test('boxes have a place; label and score are taken where they are of the form', () => {
  const value = {
    text: 'further keys are ignored',
    boxes: [
      { ...PLACE, label: 'a parcel', score: 0.5, id: 7 },
      PLACE,
      { ...PLACE, label: 42, score: 1.5 },
      { ...PLACE, label: 'one\nline \u001b]0;x\u0007\u202eonly' },
    ],
  }
  expect(boxesOf(value)).toEqual([
    { ...PLACE, label: 'a parcel', score: 0.5 },
    { ...PLACE, label: '', score: null },
    { ...PLACE, label: '', score: null },
    { ...PLACE, label: 'one line only', score: null },
  ])
  expect(boxesOf({ boxes: [] })).toEqual([])
})

test.each<[unknown]>([[undefined], [null], [7], [[PLACE]], [{ boxes: 7 }], [{ boxes: PLACE }], [new Map()]])(
  '%o has no boxes',
  (value) => {
    expect(boxesOf(value)).toBeUndefined()
  },
)

test.each<[unknown]>([
  [null],
  [[1, 2, 3, 4]],
  [{ ...PLACE, x: '1' }],
  [{ ...PLACE, y: NaN }],
  [{ ...PLACE, x: Infinity }],
  [{ ...PLACE, width: 0 }],
  [{ ...PLACE, height: -1 }],
  [{ ...PLACE, height: 1e9 }],
  [{ x: 1, y: 2, width: 3 }],
])('%o is no box', (entry) => {
  expect(boxesOf({ boxes: [entry, PLACE] })).toHaveLength(1)
})

test('numbers of boxes and characters are limited', () => {
  const label = '🙂'.repeat(100)
  const boxes = boxesOf({ boxes: Array.from({ length: 10_000 }, () => ({ ...PLACE, label })) })
  expect(boxes).toHaveLength(256)
  expect(boxes?.[0]?.label).toBe(`${'🙂'.repeat(79)}…`)
})
