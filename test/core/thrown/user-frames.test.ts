import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { allFrames, errorPlace, userFrames } from '../../../src/runtime/core/thrown/user-frames.js'

const OWN = fileURLToPath(new URL('../../../src/runtime/call/registry.ts', import.meta.url))
const look = '    at look (/home/ada/callbacks/look.ts:3:5)'
const inner = '    at async inner (file:///home/ada/callbacks/my%20look.ts:9:1)'
const own = `    at invoke (${OWN}:5:1)`
const link = '    at Subscription.callback (/home/ada/node_modules/@nats-io/core.js:1:2)'
const node = '    at process.processTicksAndRejections (node:internal/process/task_queues:95:5)'
const pack = '    at parse (/home/ada/node_modules/parser/index.js:1:2)'

const errorWith = (lines: string[], message = 'a text'): { message: string; stack: string } => ({
  message,
  stack: [`TypeError: ${message}`, ...lines].join('\n'),
})

test.each([
  ["the user's", [look, inner], [look, inner]],
  ['called by daffi', [look, node, own, link, node], [look]],
  ['of a call of daffi', [own, node, inner, own, link], [node, inner]],
  ["of the user's package", [pack, look, own], [pack, look]],
  ['of daffi alone', [own, link, node], []],
  ['of a package alone', [pack, node], [pack]],
])('frames %s', (_, lines, frames) => {
  expect(userFrames(errorWith(lines))).toEqual(frames)
})

test('the place is the first one in the code of the user', () => {
  expect(errorPlace(errorWith([pack, look, own]))).toEqual({ file: '/home/ada/callbacks/look.ts', line: 3 })
  expect(errorPlace(errorWith([inner]))).toEqual({ file: '/home/ada/callbacks/my look.ts', line: 9 })
  expect(errorPlace(errorWith([pack]))).toBeUndefined()
  expect(errorPlace('text')).toBeUndefined()
})

test('a message of any length and with lines of its own is passed over', () => {
  const began = performance.now()
  for (const message of ['x'.repeat(5e6), '\n'.repeat(5e6), `a\n${own}\nb`]) {
    expect(userFrames(errorWith([look, own], message))).toEqual([look])
  }
  expect(performance.now() - began).toBeLessThan(2000)
})

test('a stack without end is cut', () => {
  const error = errorWith(Array.from({ length: 1e5 }, () => look))
  expect(userFrames(error)).toHaveLength(10)
  expect(allFrames(error)).toHaveLength(10)
})
