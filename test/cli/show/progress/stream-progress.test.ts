import { expect, test } from 'vitest'
import { StreamProgress } from '../../../../src/cli/show/progress/stream-progress.js'
import { MIB } from '../../../../src/runtime/core/bytes.js'
import type { StreamSummary } from '../../../../src/runtime/index.js'

const summary = (items: number, seconds: number): StreamSummary => ({
  call: 'show',
  source: 'camera',
  from: 'process1',
  delivery: 'live',
  items,
  bytes: items * MIB,
  seconds,
  error: null,
  receivers: {
    process2: {
      lane: 'jetstream',
      state: 'attached',
      attaches: 1,
      error: null,
      offered: items,
      processed: items - 5,
      dropped: 3,
      failed: 0,
      lost: 0,
      latencyMs: null,
    },
  },
})

test('rates are those since the line before', () => {
  const progress = new StreamProgress('frame')
  expect(progress.lines(summary(1000, 10))).toEqual([
    'camera: 1,000 frames  100.0 fps  100.0 MiB/s',
    'process2 jetstream lag 2 drops 3',
  ])
  expect(progress.lines(summary(1015, 10.5))[0]).toContain('1,015 frames  30.0 fps  30.0 MiB/s')
})

test('a line at the first item has no rate yet', () => {
  expect(new StreamProgress('item').lines(summary(1, 0))[0]).toContain('1 item  0.0 fps  0.0 MiB/s')
})
