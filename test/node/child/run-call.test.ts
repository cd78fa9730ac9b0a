import { expect, test } from 'vitest'
import { Global, type Untyped } from '../../../src/runtime/call/index.js'
import { createLogger } from '../../../src/runtime/core/logger.js'
import type { CallPlan } from '../../../src/runtime/core/plan/plan.js'
import { runCall } from '../../../src/runtime/node/child/run-call.js'
import type { NodeSources } from '../../../src/runtime/node/child/open-sources.js'
import type { CallReport } from '../../../src/runtime/node/ipc/node-reports.js'
import { ownPipeline } from '../../support/pipeline.js'

/** Joins with the sources, whose classes of errors `runCall` knows. */
const connect: Parameters<typeof ownPipeline>[0] = (options) => Global.connect(options)

const plan = (call: string, timeoutMs: number, more: Partial<CallPlan> = {}): CallPlan => ({
  call,
  source: undefined,
  resultsOf: undefined,
  args: [],
  to: undefined,
  waitFor: [],
  modifier: { kind: 'FG', timeoutMs },
  ...more,
})

/** Runs a call as a node does, and gives its reports. */
async function reportsOf(g: Global, call: CallPlan): Promise<CallReport[]> {
  const reports: CallReport[] = []
  const { signal } = new AbortController()
  await runCall(call, 0, {
    g,
    sources: {} as NodeSources,
    results: new Map(),
    log: createLogger('silent', () => undefined),
    report: (report) => void reports.push(report),
    restart: 'on-failure',
    draining: signal,
    stopping: signal,
    leaving: signal,
  })
  return reports.filter(({ type }) => type === 'call' || type === 'repeat')
}

test('the timeout of a call is for its wait for a node, too, and the error names what was waited for', async () => {
  const { join } = await ownPipeline<Untyped>(connect)
  const g = await join('boss')
  const none = { value: null, index: 0, type: 'call' }
  expect(await reportsOf(g, plan('work', 20))).toMatchObject([
    {
      ...none,
      error: { code: 'DAFFI_TIMEOUT', message: 'waiting for callback "work": nothing after 20 ms' },
    },
  ])
  expect(await reportsOf(g, plan('work', 20, { to: 'worker' }))).toMatchObject([
    {
      ...none,
      error: { code: 'DAFFI_TIMEOUT', message: 'waiting for process "worker": nothing after 20 ms' },
    },
  ])
  const modifier = { kind: 'BROADCAST', timeoutMs: 20, etaMs: 0, returnResult: true } as const
  expect(await reportsOf(g, plan('work', 0, { modifier }))).toMatchObject([
    { error: { code: 'DAFFI_TIMEOUT' } },
  ])
})

test('a call begins when the nodes that it waits for are there', async () => {
  const { join } = await ownPipeline<Untyped>(connect)
  const g = await join('boss')
  const running = reportsOf(g, plan('work', 5000, { waitFor: ['worker'] }))
  await join('worker', { callbacks: { work: () => 'done' } })
  expect(await running).toMatchObject([{ value: 'done', error: null }])
})

test('a call whose callback throws an error of a dead node is not made again', async () => {
  const { join } = await ownPipeline<Untyped>(connect)
  let calls = 0
  const work = (): never => {
    calls++
    throw Object.assign(new Error('gone'), { code: 'DAFFI_NODE_DIED' })
  }
  const own = await join('boss', { callbacks: { own: work } })
  await join('worker', { callbacks: { work } })
  for (const name of ['work', 'own']) {
    calls = 0
    expect(await reportsOf(own, plan(name, 5000))).toMatchObject([
      { type: 'call', error: { code: 'DAFFI_REMOTE', details: { remoteCode: 'DAFFI_NODE_DIED' } } },
    ])
    expect(calls).toBe(1)
  }
})
