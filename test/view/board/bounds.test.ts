import { expect, test } from 'vitest'
import type { RunStatus, Status } from '../../../src/runtime/status/index.js'
import { LogLines } from '../../../src/runtime/view/board/log-lines.js'
import { streamNames } from '../../../src/runtime/view/board/stream-names.js'
import { StreamViews } from '../../../src/runtime/view/board/stream-views.js'
import { emptySummary } from '../../../src/runtime/node/supervise/report/partial-summary.js'

const run = (id: string, text: string): RunStatus => ({
  what: 'run',
  id,
  host: 'here',
  pid: 1,
  since: 1,
  background: false,
  nodes: {},
  calls: [],
  streams: [],
  lines: [{ number: 1, time: 0, node: 'one', stream: 'stdout', level: 'info', text }],
})

type StreamStatus = Extract<Status, { what: 'stream' }>

const stream = (from: string): StreamStatus => ({
  what: 'stream',
  id: from,
  frames: null,
  ring: null,
  summary: emptySummary(from, {
    ...{ call: 'take', source: undefined, resultsOf: undefined, args: [], to: undefined, waitFor: [] },
    modifier: { kind: 'FG', timeoutMs: 0 },
  }),
})

test('log lines take a bounded memory, whatever answers to requests', () => {
  const lines = new LogLines()
  for (let n = 0; n < 1000; n++) lines.add([run(`run${n}`, 'x'.repeat(5000))])
  expect(Object.keys(lines.known)).toHaveLength(100)
  expect(lines.known).toHaveProperty('run999', 1)
  expect(lines.after(0)).toHaveLength(500)
  expect(lines.after(0)[0]?.text).toHaveLength(2000)
})

test('streams take a bounded memory and time, and the last ones are known', () => {
  const views = new StreamViews({ nodes: {} })
  const before = process.cpuUsage()
  for (let round = 0; round < 5; round++)
    views.update(
      Array.from({ length: 1500 }, (_, n) => stream(`node${round}-${n}`)),
      round * 1000,
    )
  const known = views.update([], 5000)
  expect(known).toHaveLength(2000)
  expect(known.map(({ from }) => from)).toContain('node4-1499')
  expect(process.cpuUsage(before).user).toBeLessThan(3_000_000)
})

test('names of many streams take no time', () => {
  const streams = Array.from({ length: 20_000 }, (_, n) => ({
    source: null,
    call: 'take',
    from: `n${n % 100}`,
  }))
  const before = process.cpuUsage()
  expect(new Set(streamNames(streams)).size).toBe(20_000)
  expect(process.cpuUsage(before).user).toBeLessThan(2_000_000)
})
