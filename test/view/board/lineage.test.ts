import { expect, test } from 'vitest'
import { endToEnd } from '../../../src/runtime/view/board/end-to-end.js'
import { Lineage, sourcesOf } from '../../../src/runtime/view/board/lineage.js'
import type { StreamView } from '../../../src/runtime/view/board/snapshot.js'
import { stream } from '../page/views.js'

const results = (from: string, resultsOf: string, call: string, ...receivers: string[]): StreamView => ({
  ...stream(from, call, 'x', ...receivers),
  source: null,
  resultsOf,
})

const delayed = (view: StreamView, p50: number): StreamView => ({
  ...view,
  receivers: view.receivers.map((each) => ({ ...each, latencyMs: { p50, p99: 2 * p50 } })),
})

const camera = delayed(stream('eye', 'read', 'camera', 'reader-1', 'reader-2'), 5)
const other = delayed(stream('eye', 'show', 'other', 'screen'), 7)
const read = [
  delayed(results('reader-1', 'read', 'track', 'tracker'), 30),
  delayed(results('reader-2', 'read', 'track', 'tracker'), 40),
]
const stored = delayed(results('tracker', 'track', 'store', 'office'), 60)
const streams = [stored, ...read, other, camera]

test('a stream of results comes from the sources of all streams before it', () => {
  const lineage = new Lineage(streams)
  expect(lineage.upstream(stored)).toEqual([stored, ...read, camera])
  expect(sourcesOf(lineage.upstream(stored))).toEqual(['camera'])
  expect(lineage.upstream(other)).toEqual([other])
})

test('streams in a circle come from one another', () => {
  const back = results('office', 'store', 'track', 'tracker')
  const lineage = new Lineage([...streams, back])
  expect(new Set(lineage.upstream(back))).toEqual(new Set([back, stored, ...read, camera]))
})

test('end to end is the time to the last stage', () => {
  expect(Object.fromEntries(endToEnd(streams))).toEqual({
    camera: { p50: 60, p99: 120 },
    other: { p50: 7, p99: 14 },
  })
  const ended = { ...stored, state: 'ended' as const }
  expect(endToEnd([ended, ...read, camera]).get('camera')).toEqual({ p50: 40, p99: 80 })
})
