import { beforeEach, expect, test } from 'vitest'
import { createLogger } from '../../../src/runtime/core/logger.js'
import type { ReceiverSummary, StreamSummary } from '../../../src/runtime/core/plan/summary.js'
import { CallWatch } from '../../../src/runtime/node/child/call-watch.js'
import type { CallReport } from '../../../src/runtime/node/ipc/node-reports.js'

const threw = { code: 'DAFFI_REMOTE', message: '"show" threw at item 3: dark' }
const attached: Partial<ReceiverSummary> = { state: 'attached' }
const invited: Partial<ReceiverSummary> = { state: 'attached', attaches: 0 }
const stopped: Partial<ReceiverSummary> = { state: 'stopped', error: threw }
const died: Partial<ReceiverSummary> = { state: 'died' }

let reports: CallReport[]
let lines: string[]
let draining: AbortController

function watchOf(share = false): CallWatch {
  return new CallWatch({
    index: 2,
    call: 'show',
    share,
    log: createLogger('info', (line) => void lines.push(line)),
    report: (report) => void reports.push(report),
    draining: draining.signal,
  })
}

const summary = (
  delivery: StreamSummary['delivery'],
  receivers: Record<string, Partial<ReceiverSummary>>,
): StreamSummary => ({
  call: 'show',
  source: 'camera',
  from: 'one',
  delivery,
  items: 5,
  bytes: 5,
  seconds: 1,
  error: null,
  receivers: Object.fromEntries(
    Object.entries(receivers).map(([name, each]) => [
      name,
      {
        lane: 'shm',
        state: 'attached',
        attaches: 1,
        error: null,
        offered: 5,
        processed: 5,
        dropped: 0,
        failed: 0,
        lost: 0,
        latencyMs: null,
        ...each,
      },
    ]),
  ),
})

const errors = (): unknown[] => reports.map((report) => 'error' in report && report.error)

beforeEach(() => {
  reports = []
  lines = []
  draining = new AbortController()
})

test.each<[string, StreamSummary, share: boolean, trouble: boolean]>([
  ['live: one is enough', summary('live', { a: attached, b: stopped, c: died }), false, false],
  ['live: nobody is left', summary('live', { a: stopped, b: died }), false, true],
  ['lossless: one has stopped', summary('lossless', { a: attached, b: stopped }), false, true],
  ['lossless: one is away', summary('lossless', { a: attached, b: died }), false, true],
  ['shared: another one died', summary('lossless', { a: attached, b: died }), true, false],
  ['shared: one has stopped', summary('lossless', { a: attached, b: stopped }), true, true],
  ['durable: the only one died', summary('durable', { a: died }), false, true],
  ['at the end', summary('lossless', { a: { state: 'finished' } }), false, false],
  ['before the first one', summary('live', {}), false, false],
])('%s', (_, state, share, trouble) => {
  watchOf(share).onProgress(state)
  expect(errors()).toHaveLength(trouble ? 1 : 0)
})

test('trouble names the receivers and the first error, is reported once, and again when it is over', () => {
  const watch = watchOf()
  for (let times = 0; times < 2; times++) watch.onProgress(summary('live', { a: stopped, b: died }))
  watch.onProgress(summary('live', { a: stopped, b: attached }))
  const error = { ...threw, message: 'a stopped: "show" threw at item 3: dark; b died' }
  expect(reports).toEqual([
    { type: 'trouble', index: 2, error, againInMs: undefined },
    { type: 'trouble', index: 2, error: null, againInMs: undefined },
  ])
})

test('a call that failed is in trouble until a receiver of its next attempt has attached', () => {
  const watch = watchOf()
  const error = { code: 'DAFFI_NO_RECEIVER', message: 'all receivers are gone' }
  watch.onFailure(error, 200)
  watch.onProgress(summary('lossless', { a: invited }))
  expect(errors()).toEqual([error])
  watch.onProgress(summary('lossless', { a: attached }))
  expect(errors()).toEqual([error, null])
})

test('a receiver that stops while others go on is logged once', () => {
  const watch = watchOf()
  for (let times = 0; times < 2; times++) watch.onProgress(summary('live', { a: attached, b: stopped }))
  expect(lines).toEqual([`warn: b gets no more items of the stream to "show": ${threw.message}`])
})

test('receivers that leave because the run ends are no trouble', () => {
  draining.abort()
  watchOf().onProgress(summary('lossless', { a: died }))
  expect(reports).toEqual([])
})
