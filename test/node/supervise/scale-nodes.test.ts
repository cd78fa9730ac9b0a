import { expect, test } from 'vitest'
import type { NodePlan } from '../../../src/runtime/core/plan/plan.js'
import { scaleNodes } from '../../../src/runtime/node/supervise/scale-nodes.js'
import { callPlan, nodePlan, pipelinePlan, streamPlan } from '../plans.js'

const replica = (node: string, number: number, given: Partial<NodePlan> = {}): NodePlan =>
  nodePlan(`${node}-${number}`, { replicaOf: node, ...given })
const track = callPlan('track', { resultsOf: 'detect', modifier: streamPlan() })
const nodes = [
  nodePlan('eye', { calls: [callPlan('detect', { waitFor: ['worker-1', 'worker-2', 'tally'] })] }),
  replica('worker', 1, { calls: [track] }),
  replica('worker', 2, { calls: [track] }),
  nodePlan('tally', { dependsOn: ['worker-1'] }),
  nodePlan('boss', { calls: [callPlan('add', { to: 'pick-2' })] }),
  replica('pick', 1),
  replica('pick', 2),
  nodePlan('shelf'),
  nodePlan('shelf-2'),
]
const plan = pipelinePlan(nodes)
const scale = (numbers: Record<string, number>, running = nodes, ready = true) =>
  scaleNodes(plan, running, numbers, () => ready)
const names = (list: NodePlan[]): string[] => list.map(({ name }) => name)

test('nodes get the lowest free numbers and give up the highest; who waits for all of them waits for those that there are', () => {
  const more = scale({ worker: 4, tally: 2 })
  expect(names(more.start)).toEqual(['worker-3', 'worker-4', 'tally-2'])
  expect(more.names).toEqual(['worker-1', 'worker-2', 'worker-3', 'worker-4', 'tally', 'tally-2'])
  expect(more.start[0]).toEqual({ ...replica('worker', 3), calls: [track] })
  expect(more.plan.nodes.eye?.calls[0]?.waitFor).toEqual([
    'worker-1',
    'worker-2',
    'worker-3',
    'worker-4',
    'tally',
    'tally-2',
  ])
  expect(more.waiting[0]).toEqual(more.plan.nodes.eye)
  expect(more.plan.nodes.tally?.dependsOn).toEqual(['worker-1'])

  const running = [...nodes.slice(2), ...more.start]
  expect(scaleNodes(more.plan, running, { worker: 1, tally: 1 }, () => true)).toMatchObject({
    start: [],
    stop: ['worker-3', 'worker-4', 'tally-2'],
    names: ['worker-2', 'tally'],
  })
  expect(() => scale({ worker: 2 }, nodes.slice(2))).toThrow('there is another node worker-1')
  expect(scale({ worker: 2 }).plan).toEqual(plan)
})

test.each([
  [{ eye: 2 }, 'eye makes calls of its own, such as detect'],
  [{ 'worker-1': 2 }, 'worker-1 is one process of worker'],
  [{ pick: 1 }, 'boss calls add of pick-2'],
  [{ shelf: 2 }, 'there is another node shelf-2'],
])('%o is refused', (numbers, message) => {
  expect(() => scale(numbers as Record<string, number>)).toThrow(
    expect.objectContaining({
      code: 'DAFFI_CANNOT_SCALE',
      message: expect.stringContaining(message) as string,
    }) as Error,
  )
})

test('a process that others wait for in vain, and an unknown node, are refused', () => {
  expect(() => scale({ worker: 1 }, nodes, false)).toThrow('eye waits for worker-2, which is not ready')
  expect(() => scale({ wrker: 1 })).toThrow(
    expect.objectContaining({ code: 'DAFFI_UNKNOWN_NODE', next: 'Did you mean worker?' }) as Error,
  )
})
