import { expect, test } from 'vitest'
import type { Snapshot } from '../../../../src/runtime/view/board/snapshot.js'
import { pipelineGraph } from '../../../../src/runtime/view/page/graph/graph.js'
import { call, node, stream } from '../views.js'

type Parts = Pick<Snapshot, 'sources' | 'nodes' | 'calls' | 'streams'>
const EMPTY: Parts = { sources: [], nodes: [], calls: [], streams: [] }
const layersOf = (parts: Partial<Parts>): string[][] =>
  pipelineGraph({ ...EMPTY, ...parts }).layers.map((layer) => layer.map(({ id }) => id))

test('what comes from somewhere stands to the right of it', () => {
  const parts = {
    sources: [{ name: 'camera', kind: 'camera', endToEndMs: null }],
    nodes: [node('one'), node('two', 'show'), node('alone', 'other')],
    calls: [call('one', 'show', 'camera')],
  }
  expect(layersOf(parts)).toEqual([['source camera'], ['node one', 'node alone'], ['node two']])
})

test('nodes that call one another in a circle have places too', () => {
  const nodes = [node('one', 'a'), node('two', 'b')]
  const calls = [call('one', 'b'), call('two', 'a')]
  expect(layersOf({ nodes, calls }).flat().sort()).toEqual(['node one', 'node two'])
})

test('items flow over an edge while its stream is written and its receiver attached', () => {
  const parts = {
    nodes: [node('one'), node('two', 'show'), node('three', 'show')],
    calls: [call('one', 'show', 'camera')],
    streams: [stream('one', 'show', 'camera', 'two')],
  }
  const states = pipelineGraph({ ...EMPTY, ...parts }).edges.map(({ to, state }) => [to, state])
  expect(Object.fromEntries(states)).toMatchObject({ 'node two': 'flowing', 'node three': 'idle' })
})
