import { expect, test } from 'vitest'
import type { CallPlan, NodePlan } from '../../../../src/runtime/core/plan/plan.js'
import { stagesOf } from '../../../../src/runtime/node/supervise/stages/stages.js'
import { callPlan, nodePlan, streamPlan } from '../../plans.js'

const stream = (call: string, to?: string): CallPlan =>
  callPlan(call, { source: 's', to, modifier: streamPlan() })
const node = (name: string, callback: string | undefined, ...calls: CallPlan[]): NodePlan =>
  nodePlan(name, {
    calls,
    callbacks:
      callback === undefined
        ? []
        : [{ name: callback, file: 'x.ts', export: 'default', arity: { min: 1, max: 1 } }],
  })

test('a node comes after those that stream to it, in whatever order they stand in the file', () => {
  expect(
    stagesOf([
      node('store', 'save'),
      node('ocr-1', 'read', stream('track')),
      node('gate', 'see', stream('read')),
      node('ocr-2', 'read', stream('track')),
      node('camera', undefined, stream('see'), stream('save')),
      node('tracker', 'track', stream('save')),
    ]),
  ).toEqual([['camera'], ['gate'], ['ocr-2', 'ocr-1'], ['tracker'], ['store']])
})

test('calls that are no streams, streams to others and to itself put a node behind nothing', () => {
  expect(
    stagesOf([
      node('one', 'take', callPlan('add'), stream('take')),
      node('two', 'take', stream('take', 'three')),
      node('three', 'take'),
      node('adder', 'add'),
    ]),
  ).toEqual([['adder', 'one'], ['two'], ['three']])
})

test('in a circle the stream back to the first node of the file does not count', () => {
  expect(stagesOf([node('a', 'x', stream('y')), node('b', 'y', stream('x'))])).toEqual([['a'], ['b']])
  expect(stagesOf([node('b', 'y', stream('x')), node('a', 'x', stream('y'))])).toEqual([['b'], ['a']])
})
