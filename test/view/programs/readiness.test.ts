import { expect, test } from 'vitest'
import type { NodeViewState } from '../../../src/runtime/view/board/snapshot.js'
import { readinessOf } from '../../../src/runtime/view/programs/readiness.js'
import { call, node } from '../page/views.js'

const pipeline = (...states: NodeViewState[]) => ({
  connected: true,
  nodes: states.map((state, index) => ({ ...node(`node${index}`), state })),
  calls: [],
})

test.each<[NodeViewState, ready: boolean]>([
  ['ready', true],
  ['stopped', true],
  ['absent', true],
  ['starting', false],
  ['restarting', false],
  ['silent', false],
  ['degraded', false],
  ['failed', false],
])('beside a ready node one that is %s', (state, ready) => {
  expect(readinessOf(pipeline('ready', state))).toMatchObject({
    ok: ready,
    problems: ready ? [] : [{ node: 'node1', state }],
  })
})

test('without a node that runs, or without the server, a pipeline is not ready', () => {
  expect(readinessOf(pipeline('absent')).ok).toBe(false)
  expect(readinessOf({ ...pipeline('ready'), connected: false }).ok).toBe(false)
})

test('problems name the node, the call and the error; those of a failed node its own error', () => {
  const troubled = {
    ...call('node0', 'show', 'camera'),
    state: 'troubled' as const,
    error: 'all are gone',
    code: 'DAFFI_NO_RECEIVER',
  }
  const state = pipeline('degraded', 'failed')
  state.nodes[1] = { ...node('node1'), state: 'failed', error: 'it died', code: 'DAFFI_NODE_DIED' }
  const calls = [troubled, call('node0', 'add'), { ...troubled, node: 'other' }]
  expect(readinessOf({ ...state, calls })).toEqual({
    ok: false,
    connected: true,
    problems: [
      { node: 'node0', state: 'degraded', call: 'show', code: 'DAFFI_NO_RECEIVER', message: 'all are gone' },
      { node: 'node1', state: 'failed', call: null, code: 'DAFFI_NODE_DIED', message: 'it died' },
    ],
  })
})
