import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { observeCallbacks } from '../../../src/runtime/node/child/observe-callbacks.js'
import type { ObservedCallReport } from '../../../src/runtime/node/ipc/node-reports.js'

const sha256 = (...parts: (Uint8Array | string)[]): string => {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest('hex')
}

const arity = { min: null, max: null }
const plan = (name: string, observed: boolean) => ({
  name,
  file: '/a.ts',
  export: 'default',
  arity,
  observed,
})
const callback = (name: string, fn: (...args: unknown[]) => unknown) => ({ name, fn, arity, options: {} })

test('an observed callback is reported before it runs; bytes by their digest, and a hash over all of them', () => {
  const events: unknown[] = []
  const reports: ObservedCallReport[] = []
  const callbacks = [
    callback('seen', (...args) => {
      events.push('ran')
      return args.length
    }),
    callback('other', () => 7),
  ]
  const [seen, other] = observeCallbacks(callbacks, [plan('seen', true), plan('other', false)], (report) => {
    events.push('reported')
    reports.push(report)
  })
  expect(other).toBe(callbacks[1])
  const first = Buffer.from('one')
  const second = Buffer.from('two')
  expect(seen?.fn(first, 12n)).toBe(2)
  expect(events).toEqual(['reported', 'ran'])
  const frame = { data: second, width: 1, height: 1, format: 'rgb24', sequence: 0, time: 0 }
  seen?.fn(second)
  seen?.fn(frame)
  expect(reports.map(({ callback: name, args }) => [name, ...args])).toEqual([
    ['seen', `sha256:${sha256(first)}`, 12],
    ['seen', `sha256:${sha256(second)}`],
    ['seen', { ...frame, data: `sha256:${sha256(second)}` }],
  ])
})

test('the hash covers every argument so far, in order', () => {
  const hashes: string[] = []
  const observe = () =>
    observeCallbacks([callback('seen', () => null)], [plan('seen', true)], ({ hash }) => hashes.push(hash))[0]
  const one = observe()
  one?.fn(Buffer.from('one'))
  one?.fn(Buffer.from('two'))
  const other = observe()
  other?.fn(Buffer.from('two'))
  other?.fn(Buffer.from('one'))
  expect(hashes[0]).toBe(sha256('one'))
  expect(hashes[1]).toBe(sha256('one', 'two'))
  expect(hashes[3]).toBe(sha256('two', 'one'))
})

test('the items of a batch are reported one by one, as without the option', () => {
  const reports: ObservedCallReport[] = []
  const batched = { ...callback('seen', (items) => items), options: { batch: { items: 8, withinMs: 20 } } }
  const [seen] = observeCallbacks([batched], [plan('seen', true)], (report) => reports.push(report))
  const [alone] = observeCallbacks([callback('seen', () => null)], [plan('seen', true)], (report) =>
    reports.push(report),
  )
  expect(seen?.fn([1, 2])).toEqual([1, 2])
  alone?.fn(1)
  alone?.fn(2)
  expect(reports.map(({ args }) => args)).toEqual([[1], [2], [1], [2]])
  expect(reports[1]?.hash).toBe(reports[3]?.hash)
})
