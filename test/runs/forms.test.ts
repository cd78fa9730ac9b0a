import { expect, test } from 'vitest'
import { isRunOrder } from '../../src/runtime/runs/forms.js'

test.each([
  { order: 'stop', nodes: ['till'] },
  { order: 'restart', nodes: [] },
  { order: 'scale', nodes: { till: 1000 } },
  { order: 'end' },
])('%o is an order', (order) => {
  expect(isRunOrder(order)).toBe(true)
})

test.each([
  undefined,
  null,
  7,
  'end',
  [],
  {},
  { order: 'boom', nodes: [] },
  { order: 'stop' },
  { order: 'stop', nodes: 'till' },
  { order: 'stop', nodes: [null] },
  { order: 'stop', nodes: ['a.b'] },
  { order: 'scale', nodes: ['till'] },
  { order: 'scale', nodes: { 'a.b': 1 } },
  { order: 'scale', nodes: { till: 0 } },
  { order: 'scale', nodes: { till: 1.5 } },
  { order: 'scale', nodes: { till: '2' } },
  { order: 'scale', nodes: { till: 1001 } },
])('%o is none', (order) => {
  expect(isRunOrder(order)).toBe(false)
})
