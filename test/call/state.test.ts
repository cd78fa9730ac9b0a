import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { STREAM, type StreamError, type StreamSummary } from 'daffi'
import { expect, test } from 'vitest'
import { connectQuickly } from '../fixtures/nodes/quick.mjs'
import { ownPipeline } from '../support/pipeline.js'
import { kill, start } from '../support/talking-process.js'

interface Counted {
  key: number
  n: number
  count: number
}

const KEYS = Number(process.env['KEYS'] ?? 40)
const ITEMS = Number(process.env['ITEMS'] ?? 2000)

async function startCounter(server: string, name: string): Promise<{ child: ChildProcess; counted: Counted[] }> {
  const { child } = start('counting-receiver', [server, name])
  await once(child, 'message')
  const counted: Counted[] = []
  child.on('message', (message: Counted) => counted.push(message))
  return { child, counted }
}

test('a state by key goes with the key: when a node is killed, and when one joins', async () => {
  const { server, join } = await ownPipeline<{ count: (item: object) => void }>(connectQuickly)
  const counters = await Promise.all(['one', 'two', 'dying'].map((name) => startCounter(server, name)))
  const dying = counters[2]
  const g = await join('writer')
  for (const name of ['one', 'two', 'dying']) await g.waitProcess(name)
  const items = (async function* () {
    for (let n = 0; n < ITEMS; n++) {
      if (n === ITEMS / 4 && dying) void kill(dying.child)
      if (n === ITEMS / 2) counters.push(await startCounter(server, 'dying'))
      yield { key: n % KEYS, n }
    }
  })()
  const t = performance.now()
  const error = await g.call
    .count(items)
    .with(STREAM({ share: { by: 'key' } }))
    .catch((thrown: unknown) => thrown)
  const { summary } = error as StreamError & { summary: StreamSummary }
  console.log((performance.now() - t) / 1000, summary.receivers)
  const lost = Object.values(summary.receivers).reduce((sum, each) => sum + each.lost, 0)
  const last = new Map<number, number>()
  const seen = new Map<number, number>()
  for (const { counted } of counters)
    for (const { key, count } of counted) {
      last.set(key, Math.max(last.get(key) ?? 0, count))
      seen.set(key, (seen.get(key) ?? 0) + 1)
    }
  const sum = [...last.values()].reduce((all, count) => all + count, 0)
  console.log({ sum, lost, seen: [...seen.values()].reduce((a, b) => a + b, 0) })
  expect(sum).toBeLessThanOrEqual(ITEMS)
  expect(sum).toBeGreaterThanOrEqual(ITEMS - lost)
  for (const [key, count] of last) expect(count).toBeLessThanOrEqual(seen.get(key) ?? 0)
})
