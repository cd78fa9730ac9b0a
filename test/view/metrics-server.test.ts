import { once } from 'node:events'
import { request } from 'node:http'
import { BG, PERIOD } from 'daffi'
import { expect, onTestFinished, test } from 'vitest'
import { connectNats } from '../../src/runtime/nats/index.js'
import { answerStatus, type NodeStatus } from '../../src/runtime/status/index.js'
import { openMetrics } from '../../src/runtime/view/index.js'
import { nodePlan, pipelinePlan } from '../node/plans.js'
import { ownPipeline } from '../support/pipeline.js'
import { freePort } from '../support/ports.js'

const log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }

async function serveMetrics(url: string, ...nodes: string[]): Promise<string> {
  const port = await freePort()
  const server = { address: { url }, info: { url, embedded: false, version: '2.14.0' } }
  const { signal } = new AbortController()
  const plan = { ...pipelinePlan(nodes.map((name) => nodePlan(name))), name: 'test' }
  const options = { host: '127.0.0.1', port, log, signal }
  const close = await openMetrics(plan, server, options)
  onTestFinished(close)
  const refused = openMetrics(plan, server, options)
  await expect(refused).rejects.toMatchObject({
    code: 'DAFFI_PORT_TAKEN',
    next: expect.stringContaining('Choose another port') as string,
    message: expect.stringContaining(
      `--metrics cannot use port ${port} of 127.0.0.1: another program listens there already`,
    ) as string,
  })
  return `http://127.0.0.1:${port}`
}

/** Status of a request with headers that a browser would not let a page set. */
async function statusWith(url: string, headers: Record<string, string>): Promise<number | undefined> {
  const asking = request(url, { headers }).end()
  const [answer] = (await once(asking, 'response')) as [{ statusCode?: number; resume: () => void }]
  answer.resume()
  return answer.statusCode
}

test('without a page: what nodes have answered, what the server keeps, and whether all are ready', async () => {
  const { server, join } = await ownPipeline<{ add: (a: number, b: number) => number; fail: () => void }>()
  await join('one', {
    callbacks: {
      add: (a: number, b: number) => a + b,
      fail: () => {
        throw new Error('secret 4711')
      },
    },
  })
  const g = await join('two')
  const origin = await serveMetrics(server, 'one', 'away')
  const before = await (await fetch(`${origin}/metrics`)).text()
  expect(before).toContain('daffi_dead_letters{pipeline="test"} 0')
  expect(before).not.toContain('daffi_jobs_queued{')

  expect(await g.call.add(1, 2)).toBe(3)
  await expect(g.call.fail()).rejects.toThrow()
  const failing = await g.call.fail().with(BG({ durable: true, retry: { attempts: 2, delay: '10ms' } }))
  await expect(failing.get()).rejects.toThrow()
  await g.call
    .add(1, 1)
    .to('one')
    .with(BG({ durable: true, delay: '1h' }))
  await g.call.add(1, 1).with(PERIOD({ interval: '1h' }))
  const text = await (await fetch(`${origin}/metrics`)).text()
  for (const line of [
    'daffi_connected{pipeline="test"} 1',
    'daffi_node_up{node="one",pipeline="test"} 1',
    'daffi_node_state{node="away",state="absent",pipeline="test"} 1',
    'daffi_callback_calls_total{node="one",callback="add",pipeline="test"} 1',
    'daffi_callback_errors_total{node="one",callback="fail",pipeline="test"} 3',
    'daffi_jobs_queued{callback="fail",node="",pipeline="test"} 0',
    'daffi_schedules{pipeline="test"} 1',
    'daffi_dead_letters{pipeline="test"} 1',
  ])
    expect(text).toContain(`\n${line}\n`)
  expect(text).toMatch(/\ndaffi_jobs_(queued|taken)\{callback="",node="one",pipeline="test"\} 1\n/)
  expect(text).toMatch(/\ndaffi_node_cpu_seconds_total\{node="one",pipeline="test"\} \d+\.\d+\n/)
  expect(text).toMatch(/\ndaffi_node_memory_bytes\{node="one",pipeline="test"\} \d{7,}\n/)
  expect(text).not.toContain('4711')

  const [health, ready] = await Promise.all(['/healthz', '/readyz'].map((path) => fetch(`${origin}${path}`)))
  expect([health?.status, await health?.json()]).toEqual([200, { ok: true }])
  expect([ready?.status, await ready?.json()]).toEqual([200, { ok: true, connected: true, problems: [] }])
  expect((await fetch(`${origin}/metrics`, { method: 'POST' })).status).toBe(405)
  expect((await fetch(`${origin}/`)).status).toBe(404)
  for (const headers of [
    { host: 'rebound.example' },
    { origin: 'https://elsewhere.example' },
    { 'sec-fetch-site': 'cross-site' },
  ])
    expect(await statusWith(`${origin}/metrics`, headers)).toBe(403)
  expect(await statusWith(`${origin}/metrics`, { host: `localhost:${new URL(origin).port}` })).toBe(200)
})

test('a node that is busy is waited for; one that is not ready makes the pipeline so, and is named without its message', async () => {
  const { server } = await ownPipeline()
  const nc = await connectNats({ url: server }, { name: 'played' })
  onTestFinished(() => nc.close())
  const state = (is: 'ready' | 'failed') => ({ state: is, pid: 1, since: 1, restarts: 0, lastEnd: null })
  const died = { code: 'DAFFI_NODE_DIED', message: 'secret 4711' }
  answerStatus(nc, 'test', () => ({
    ...{
      what: 'run',
      id: 'run',
      host: 'here',
      pid: 1,
      since: 1,
      background: false,
      calls: [],
      streams: [],
      lines: [],
    },
    nodes: { busy: { ...state('ready'), error: null }, dead: { ...state('failed'), error: died } },
  }))
  const busy: NodeStatus = {
    ...{ what: 'node', name: 'busy', host: 'here', pid: 1, callbacks: [], stages: {}, calls: {}, made: [] },
    usage: { cpuSeconds: 0, memoryBytes: 0, heapBytes: 0, loopBusySeconds: 0, loopDelayMs: 0 },
  }
  nc.subscribe('daffi.test.status', {
    callback: (_error, message) => void setTimeout(() => message.respond(JSON.stringify(busy)), 250),
  })
  await nc.flush()
  const origin = await serveMetrics(server, 'busy', 'dead')
  const answer = await fetch(`${origin}/readyz`)
  const problem = { node: 'dead', state: 'failed', call: null, code: 'DAFFI_NODE_DIED', message: null }
  expect([answer.status, await answer.json()]).toEqual([
    503,
    { ok: false, connected: true, problems: [problem] },
  ])
})
