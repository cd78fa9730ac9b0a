import { expect, test } from 'vitest'
import { chooseNodes, nodeNamed } from '../../../src/runtime/node/prepare/choose-nodes.js'
import { sourceNode } from '../../../src/runtime/node/prepare/source-node.js'
import { withDeliveries } from '../../../src/runtime/node/prepare/with-deliveries.js'
import { callPlan, cameraSource, moduleSource, nodePlan, pipelinePlan, streamPlan } from '../plans.js'

const nodes = [
  nodePlan('one'),
  nodePlan('worker-1', { replicaOf: 'worker' }),
  nodePlan('worker-2', { replicaOf: 'worker' }),
  nodePlan('other-1'),
  nodePlan('other'),
]
const plan = pipelinePlan(nodes)
const chosen = (...only: string[]): string[] => chooseNodes(plan, only).map(({ name }) => name)

test('nodes are chosen by name, replicas also by the name that they have in common', () => {
  expect(chooseNodes(plan)).toEqual(nodes)
  expect(chosen('worker-2', 'one')).toEqual(['one', 'worker-2'])
  expect(chosen('worker')).toEqual(['worker-1', 'worker-2'])
  expect(chosen('other')).toEqual(['other'])
  expect(nodeNamed(plan, 'worker-1').name).toBe('worker-1')
})

test('an unknown node is an error that names a similar one', () => {
  const unknown = { code: 'DAFFI_USAGE', next: 'Did you mean worker-1?' }
  expect(() => chosen('worker-3')).toThrow(expect.objectContaining(unknown) as Error)
  expect(() => nodeNamed(plan, 'wrker-1')).toThrow(expect.objectContaining(unknown) as Error)
  expect(() => nodeNamed(plan, 'worker')).toThrow(
    'shop has no node worker; it has one, worker-1, worker-2, other-1, other',
  )
})

test('the node of a source has only the calls that stream it', () => {
  const stream = callPlan('show', { source: 'camera', modifier: streamPlan() })
  const twice = nodePlan('one', { calls: [callPlan('add'), stream] })
  const sources = { camera: cameraSource, unused: cameraSource }
  const one = pipelinePlan([twice, nodePlan('two')], sources)
  expect(sourceNode(one, 'camera')).toEqual({ ...twice, calls: [stream] })
  expect(() => sourceNode(one, 'camera', 'two')).toThrow('no call of two uses the source camera')
  expect(() => sourceNode(one, 'unused')).toThrow('no call of shop uses the source unused')
  expect(() => sourceNode(one, 'camra')).toThrow('shop has no source camra; it has camera, unused')
  expect(() => sourceNode(pipelinePlan([]), 'camera')).toThrow('shop has no source camera; it has none')

  const both = pipelinePlan([twice, { ...twice, name: 'two' }], sources)
  expect(() => sourceNode(both, 'camera')).toThrow('several nodes stream camera: one, two')
  expect(sourceNode(both, 'camera', 'two').name).toBe('two')
})

test('a delivery that the file leaves open is live for capture devices, and lossless for everything else', () => {
  const sources = { camera: cameraSource, numbers: moduleSource('/project/numbers.ts') }
  const stream = (source: string | undefined, delivery?: 'durable') =>
    callPlan('show', { source, modifier: streamPlan({ delivery }) })
  const add = callPlan('add')
  const calls = [stream('camera'), stream('numbers'), stream(undefined), stream('camera', 'durable'), add]
  const [node] = withDeliveries([nodePlan('one', { calls })], { nodes: {}, sources })
  expect(
    node?.calls.map(({ modifier }) => (modifier.kind === 'STREAM' ? modifier.delivery : undefined)),
  ).toEqual(['live', 'lossless', 'lossless', 'durable', undefined])
  expect(node?.calls.at(-1)).toBe(add)
})
