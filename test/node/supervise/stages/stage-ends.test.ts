import { expect, test } from 'vitest'
import type { CallPlan } from '../../../../src/runtime/core/plan/plan.js'
import { stageEnds } from '../../../../src/runtime/node/supervise/stages/stage-ends.js'
import { callPlan, nodePlan, pipelinePlan, streamPlan } from '../../plans.js'

const stream = (call: string, given: Partial<CallPlan>): CallPlan =>
  callPlan(call, { ...given, modifier: streamPlan() })

/** The calls with whose end each call with results ends; calls are written `node index`. */
function endsOf(nodes: Record<string, CallPlan[]>): Record<string, string[]> {
  const plans = Object.entries(nodes).map(([name, calls]) => nodePlan(name, { calls }))
  const ends = stageEnds(pipelinePlan(plans)).map(
    ({ node, index, feeders }) =>
      [`${node} ${index}`, feeders.map((each) => `${each.node} ${each.index}`)] as const,
  )
  return Object.fromEntries(ends)
}

test('results end with the streams to their callback on that node, whatever else its node and theirs do', () => {
  const ends = endsOf({
    eye: [stream('gate', { source: 's' }), stream('late', { source: 's' })],
    one: [stream('split', { resultsOf: 'gate' }), stream('late', { source: 's' })],
    two: [
      stream('count', { resultsOf: 'split', to: 'one' }),
      callPlan('gate'),
      stream('gate', { to: 'three' }),
    ],
    three: [stream('store', { resultsOf: 'gate' })],
  })
  expect(ends).toEqual({ 'one 0': ['eye 0'], 'two 0': ['one 0'], 'three 0': ['eye 0', 'two 2'] })
})

test('in a circle they end with the streams that come from elsewhere, one after the other', () => {
  const ends = endsOf({
    eye: [stream('a', { source: 's' })],
    one: [stream('b', { resultsOf: 'a' })],
    two: [stream('a', { resultsOf: 'b' }), stream('store', { resultsOf: 'b' })],
  })
  expect(ends).toEqual({ 'one 0': ['eye 0'], 'two 0': ['one 0'], 'two 1': ['one 0'] })
  expect(endsOf({ one: [stream('b', { resultsOf: 'a' })] })).toEqual({ 'one 0': [] })
})
