import { expect, test } from 'vitest'
import { loadModifier } from '../../../src/runtime/pipeline/index.js'

test.each([
  ['FG', { kind: 'FG', timeoutMs: 7000 }],
  ['{ FG: { timeout: 1 } }', { kind: 'FG', timeoutMs: 1000 }],
  ['{ BG: { delay: 2s } }', { kind: 'BG', timeoutMs: 0, etaMs: 2000, durable: false }],
  [
    '{ BG: { durable: true, id: order-17 } }',
    { kind: 'BG', timeoutMs: 0, etaMs: 0, durable: true, id: 'order-17' },
  ],
  ['{ BG: { eta: 2s } }', { kind: 'BG', timeoutMs: 0, etaMs: 2000, durable: false }],
])('%s', async (text, plan) => {
  expect(await loadModifier(text, 7000)).toEqual(plan)
})

test.each([
  ['FGG', 'modifier: "FGG" is not one of FG, BG, NO_RETURN, BROADCAST, PERIOD, STREAM'],
  [
    '{ BG: { delay: 1s, eta: 2s } }',
    'eta: "2s" is set beside delay, which means the same; keep one of the two',
  ],
  ['{ BG: { id: order-17 } }', 'id: "order-17" needs durable: true'],
  ['{ BG: { retry: {} } }', 'needs durable: true'],
  ['{ BG: { durable: true, id: a.b } }', 'is not a name'],
  ['{ STREAM: { order: source, share: true } }', 'cannot be set beside share'],
  ['{ STREAM: { order: source, share: { by: id } } }', 'cannot be set beside share'],
  ['{ STREAM: { order: time } }', 'order'],
  ['{ STREAM: { window: { items: 0 } } }', 'at least 1'],
  ['{ BG: ', 'Flow map'],
])('%s is refused', async (text, message) => {
  await expect(loadModifier(text, 7000)).rejects.toMatchObject({
    code: 'DAFFI_USAGE',
    message: expect.stringContaining(message) as string,
  })
})
