import { expect, test } from 'vitest'
import type { Snapshot } from '../../../../src/runtime/view/board/snapshot.js'
import { pipelineGraph } from '../../../../src/runtime/view/page/graph/graph.js'
import { call, node, stream } from '../views.js'

type Parts = Pick<Snapshot, 'sources' | 'nodes' | 'calls' | 'streams'>
const edgesOf = (parts: Partial<Parts>): string[] =>
  pipelineGraph({ sources: [], nodes: [], calls: [], streams: [], ...parts }).edges.map(
    ({ from, to, kind, state }) => `${from} > ${to}: ${kind} ${state}`,
  )

test('items flow over an edge while its stream is written and its receiver attached', () => {
  const parts = {
    nodes: [node('one'), node('two', 'show'), node('three', 'show')],
    calls: [call('one', 'show', 'camera')],
    streams: [stream('one', 'show', 'camera', 'two')],
  }
  expect(edgesOf(parts)).toEqual([
    'source camera > node one: stream flowing',
    'node one > node two: stream flowing',
    'node one > node three: stream idle',
  ])
})

test('calls of callbacks are edges to the nodes that offer what they call, to the caller only if no other does', () => {
  const made = { from: 'show', call: 'ask', to: null, count: 9, rate: 3 }
  const nodes = [
    { ...node('one', 'ask'), made: [made, { ...made, call: 'own', rate: 0 }] },
    { ...node('two', 'ask'), made: [{ ...made, to: 'one' }] },
    node('three', 'ask'),
  ]
  expect(edgesOf({ nodes })).toEqual([
    'node one > node two: call flowing',
    'node one > node three: call flowing',
    'node two > node one: call flowing',
  ])
  nodes[0]?.callbacks.push('own')
  expect(edgesOf({ nodes })).toContain('node one > node one: call idle')
})

test('a stream and a call between the same nodes are two edges, and two streams are one', () => {
  const parts = {
    nodes: [node('one'), node('two', 'show', 'ask')],
    calls: [call('one', 'ask'), call('one', 'ask')],
    streams: [stream('one', 'show', 'left', 'two'), stream('one', 'show', 'right', 'two')],
  }
  const broken = { ...parts.streams[0], state: 'ended', receivers: [{ name: 'two', error: 'too dark' }] }
  expect(edgesOf(parts)).toEqual(['node one > node two: call idle', 'node one > node two: stream flowing'])
  expect(edgesOf({ ...parts, streams: [...parts.streams, broken as Parts['streams'][number]] })).toContain(
    'node one > node two: stream troubled',
  )
})
