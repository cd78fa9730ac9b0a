import { expect, test } from 'vitest'
import { DaffiError } from '../../../src/runtime/core/errors.js'
import type { StreamSummary } from '../../../src/runtime/core/plan/summary.js'
import { Observation } from '../../../src/runtime/testing/run/observation.js'
import { callPlan, nodePlan, pipelinePlan, streamPlan } from '../../node/plans.js'

const add = callPlan('add')
const show = callPlan('show', { source: 'camera', modifier: streamPlan() })
const tick = callPlan('tick', { modifier: { kind: 'PERIOD', schedule: { intervalMs: 1000 } } })
const plan = pipelinePlan([nodePlan('one', { calls: [add, show, tick] }), nodePlan('two')])
const error = { code: 'DAFFI_REMOTE', message: 'no' }

const summary: StreamSummary = {
  call: 'show',
  source: 'camera',
  from: 'one',
  delivery: 'live',
  items: 3,
  bytes: 3,
  seconds: 1,
  error: null,
  receivers: {},
}

type State = 'starting' | 'ready' | 'stopped' | 'failed'
const state = (node: string, to: State, failure?: DaffiError) =>
  ({ type: 'state', node, state: to, restarts: 0, error: failure }) as const

test('a node is starting until it was ready or has ended', () => {
  const seen = new Observation(plan)
  expect(seen.starting).toEqual(['one', 'two'])
  seen.onEvent(state('one', 'ready'))
  seen.onEvent(state('two', 'stopped'))
  expect(seen.starting).toEqual([])
  seen.onEvent(state('one', 'starting'))
  expect(seen.starting).toEqual([])
})

test('calls are unsettled until they have ended or their node has; a PERIOD is not waited for', () => {
  const seen = new Observation(plan)
  expect(seen.unsettled.map(({ call }) => call)).toEqual(['add', 'show'])
  seen.onEvent({ type: 'call', node: 'one', plan: show, report: { type: 'progress', index: 1, summary } })
  expect(seen.unsettled).toContainEqual({ node: 'one', call: 'show', items: 3 })
  seen.onEvent({
    type: 'call',
    node: 'one',
    plan: add,
    report: { type: 'call', index: 0, value: 1, error: null },
  })
  seen.onEvent({
    type: 'call',
    node: 'one',
    plan: show,
    report: { type: 'stream', index: 1, summary, error },
  })
  expect(seen.unsettled).toEqual([])
  expect(seen.streams).toEqual([summary])
  expect(seen.errors).toEqual([{ node: 'one', call: 'show', error }])

  seen.onEvent(state('one', 'starting'))
  expect(seen.unsettled.map(({ call }) => call)).toEqual(['add', 'show'])
  expect(seen.errors).toEqual([])
  seen.onEvent(state('one', 'stopped'))
  expect(seen.unsettled).toEqual([])
})

test('a node that is given up is an error without a call', () => {
  const seen = new Observation(plan)
  seen.onEvent(state('two', 'failed', new DaffiError('DAFFI_NODE_DIED', 'two was killed')))
  expect(seen.errors).toMatchObject([{ node: 'two', call: undefined, error: { code: 'DAFFI_NODE_DIED' } }])
})

test('lines and calls are kept, and each event wakes those who wait', async () => {
  const seen = new Observation(plan)
  const woken = seen.changed.wait()
  seen.onEvent({ type: 'line', stream: 'stdout', node: 'one', line: 'hello' })
  await woken
  seen.onEvent({ type: 'called', node: 'one', callback: 'add', args: [1], hash: 'x' })
  expect(seen.lines).toEqual([{ node: 'one', line: 'hello' }])
  expect(seen.called).toMatchObject([{ node: 'one', callback: 'add', args: [1], hash: 'x' }])
})
