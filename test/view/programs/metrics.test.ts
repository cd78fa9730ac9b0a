import { expect, test } from 'vitest'
import { metricsText } from '../../../src/runtime/view/programs/metrics.js'
import { METRICS } from '../../../src/runtime/view/programs/metric-table.js'
import type { Observed } from '../../../src/runtime/view/programs/observed.js'
import type { TotalView } from '../../../src/runtime/view/board/snapshot.js'
import { call, node, stream } from '../page/views.js'

const one = {
  ...node('one', 'read'),
  restarts: 2,
  usage: { cpuSeconds: 1.5, memoryBytes: 2e8, heapBytes: 1e8, loopBusySeconds: 0.5, loopDelayMs: 40 },
  stages: [{ callback: 'read', in: 9, gave: 5, filtered: 3, failed: 1, out: 7 }],
  answered: [{ callback: 'read', answered: 4, failed: 1, seconds: 0.25 }],
}
const total: TotalView = {
  ...{ name: 'numbers', isOfRun: true, gaps: 3, items: 900, bytes: 7200 },
  receivers: [
    {
      ...{ name: 'two', attaches: 2, offered: 900, processed: 890, dropped: 0, failed: 1, unmatched: 0 },
      lost: 5,
    },
  ],
}
const numbers = stream('one', 'take', 'numbers', 'two')

/** A pipeline of which everything is known. */
const whole: Observed = {
  pipeline: 'shop',
  connected: true,
  sources: [{ name: 'numbers', kind: 'module', endToEndMs: { p50: 3, p99: 4 } }],
  nodes: [one, { ...node('two'), state: 'degraded' }],
  calls: [{ ...call('one', 'take', 'numbers'), state: 'broken', gaps: 3 }],
  streams: [
    {
      ...numbers,
      ring: { slots: 64, used: 3 },
      receivers: numbers.receivers.map((each) => ({ ...each, lag: 4, latencyMs: { p50: 1, p99: 2 } })),
    },
  ],
  totals: [total],
  work: {
    jobs: [
      { callback: 'read', node: null, queued: 5, taken: 1 },
      { callback: null, node: 'two', queued: 0, taken: 2 },
    ],
    schedules: 1,
    deadLetters: 6,
  },
}

/** Samples of a text in the format of Prometheus, without the label of the pipeline, which all have. */
const samples = (text: string): string[] =>
  text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.replace(/[,{]pipeline="shop"\}/, (found) => (found.startsWith(',') ? '}' : '')))

test('every metric of the table has samples of a pipeline of which everything is known', async () => {
  const found = samples(await metricsText(whole))
  const names = new Set(found.map((line) => /^\w+/.exec(line)?.[0]))
  expect([...names].sort()).toEqual(Object.keys(METRICS).sort())
  for (const line of [
    'daffi_connected 1',
    'daffi_node_up{node="one"} 1',
    'daffi_node_up{node="two"} 0',
    'daffi_node_state{node="two",state="degraded"} 1',
    'daffi_node_state{node="two",state="ready"} 0',
    'daffi_node_restarts_total{node="one"} 2',
    'daffi_node_cpu_seconds_total{node="one"} 1.5',
    'daffi_node_memory_bytes{node="one"} 200000000',
    'daffi_node_loop_delay_seconds{node="one"} 0.04',
    'daffi_call_troubled{node="one",call="take",items="numbers",side="",to=""} 1',
    'daffi_call_gaps_total{node="one",call="take",items="numbers",side="",to=""} 3',
    'daffi_callback_calls_total{node="one",callback="read"} 4',
    'daffi_callback_seconds_total{node="one",callback="read"} 0.25',
    'daffi_stage_gave_total{node="one",callback="read"} 5',
    'daffi_source_latency_seconds{source="numbers",percentile="99"} 0.004',
    'daffi_stream_items_total{stream="numbers"} 900',
    'daffi_receiver_processed_total{stream="numbers",receiver="two"} 890',
    'daffi_stream_info{stream="numbers",node="one",callback="take",delivery="live"} 1',
    'daffi_stream_ring_used_slots{stream="numbers"} 3',
    'daffi_receiver_lag_items{stream="numbers",receiver="two"} 4',
    'daffi_receiver_latency_seconds{stream="numbers",receiver="two",percentile="50"} 0.001',
    'daffi_jobs_queued{callback="read",node=""} 5',
    'daffi_jobs_taken{callback="",node="two"} 2',
    'daffi_schedules 1',
    'daffi_dead_letters 6',
  ])
    expect(found).toContain(line)
})

test('of what is not known there is no sample, and no zero', async () => {
  const nodes = [{ ...node('one'), state: 'silent' as const }]
  const found = samples(await metricsText({ ...whole, nodes, streams: [numbers], work: undefined }))
  expect(found.filter((line) => /usage|cpu|memory|heap|loop|ring|jobs|schedules|dead/.test(line))).toEqual([])
})

test('names of nodes and callbacks do no harm to the text', async () => {
  const text = await metricsText({ ...whole, nodes: [node('a"\n} 1\\')] })
  expect(samples(text)).toContain('daffi_node_up{node="a\\"\\n} 1\\\\"} 1')
})

test('names are those that the naming rules of Prometheus ask for', () => {
  for (const [name, { type, labels }] of Object.entries(METRICS)) {
    expect(name).toMatch(/^daffi_[a-z]+(_[a-z]+)*$/)
    expect(name.endsWith('_total'), name).toBe(type === 'counter')
    for (const label of labels) expect(label).toMatch(/^[a-z]+$/)
  }
})
