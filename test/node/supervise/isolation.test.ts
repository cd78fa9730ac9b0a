import { expect, test } from 'vitest'
import { DaffiError } from '../../../src/runtime/core/errors.js'
import type { CallPlan } from '../../../src/runtime/core/plan/plan.js'
import { lostOnes } from '../../../src/runtime/node/supervise/isolation.js'
import { callPlan, nodePlan, pipelinePlan } from '../plans.js'

const show = { name: 'show', file: '/show.ts', export: 'default', arity: { min: 0, max: 0 } }

test.each<[title: string, call: Partial<CallPlan>, failed: string[], node: string | undefined]>([
  ['all live', {}, [], undefined],
  ['one of two that offer it has failed', {}, ['one'], undefined],
  ['all that offer it have failed', {}, ['two', 'one'], 'two'],
  ['the node that it is for', { to: 'one' }, ['one'], 'one'],
  ['another than the node that it is for', { to: 'two' }, ['one'], undefined],
  ['a node that it waits for, beside others', { waitFor: ['one'] }, ['one'], undefined],
])('calls that wait for what cannot come: %s', (_, call, failed, node) => {
  const boss = nodePlan('boss', { calls: [callPlan('other', { to: 'boss' }), callPlan('show', call)] })
  const own = { ...show, name: 'other' }
  const plan = pipelinePlan([
    { ...boss, callbacks: [own] },
    nodePlan('one', { callbacks: [show] }),
    nodePlan('two', { callbacks: [show] }),
    nodePlan('idle'),
  ])
  const error = new DaffiError('DAFFI_NODE_DIED', 'it ended with exit code 3')
  const message = `show is only for ${node}, which has failed: it ended with exit code 3`
  expect(
    lostOnes(
      boss,
      plan,
      failed.map((name) => ({ name, error })),
    ).calls,
  ).toEqual(
    node === undefined ? {} : { 1: expect.objectContaining({ code: 'DAFFI_NODE_DIED', message }) as unknown },
  )
})

test('a callback that no node of the file offers may come from a program', () => {
  const boss = nodePlan('boss', { calls: [callPlan('elsewhere')] })
  const plan = pipelinePlan([boss, nodePlan('one', { callbacks: [show] })])
  expect(lostOnes(boss, plan, [{ name: 'one', error: undefined }])).toEqual({ nodes: {}, calls: {} })
})

test('of the nodes that calls wait for, those that have failed are named', () => {
  const boss = nodePlan('boss', { calls: [callPlan('show', { waitFor: ['one', 'two'] })] })
  const plan = pipelinePlan([
    boss,
    nodePlan('one', { callbacks: [show] }),
    nodePlan('two'),
    nodePlan('three'),
  ])
  const failed = ['two', 'three'].map((name) => ({ name, error: undefined }))
  const two = expect.objectContaining({ message: 'two, which has failed' }) as unknown
  expect(lostOnes(boss, plan, failed)).toEqual({ nodes: { two }, calls: {} })
})
