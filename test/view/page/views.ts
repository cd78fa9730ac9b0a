import type { CallView, NodeView, StreamView } from '../../../src/runtime/view/board/snapshot.js'

/** Parts of snapshots. */

export const node = (name: string, ...callbacks: string[]): NodeView => ({
  name,
  state: 'ready',
  run: 'r',
  restarts: 0,
  error: null,
  code: null,
  callbacks,
  stages: [],
  answered: [],
  made: [],
  usage: null,
  cpu: null,
  callRate: 0,
})

export const call = (from: string, name: string, source: string | null = null): CallView => ({
  node: from,
  call: name,
  modifier: source === null ? 'FG' : 'STREAM',
  source,
  resultsOf: null,
  as: null,
  to: null,
  state: 'running',
  gaps: 0,
  error: null,
  code: null,
})

const receiver = (name: string): StreamView['receivers'][number] => ({
  name,
  lane: 'shm',
  state: 'attached',
  attaches: 1,
  rate: 30,
  lag: 0,
  offered: 9,
  processed: 9,
  dropped: 0,
  failed: 0,
  unmatched: 0,
  lost: 0,
  latencyMs: null,
  error: null,
})

export const stream = (from: string, name: string, source: string, ...receivers: string[]): StreamView => ({
  name: source,
  id: 'x',
  call: name,
  source,
  resultsOf: null,
  as: null,
  to: null,
  from,
  delivery: 'live',
  state: 'running',
  frames: null,
  ring: null,
  items: 9,
  bytes: 9,
  rate: 30,
  byteRate: 30,
  error: null,
  receivers: receivers.map(receiver),
})
