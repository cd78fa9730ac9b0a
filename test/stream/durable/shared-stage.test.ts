import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { STREAM } from 'daffi'
import { expect, test } from 'vitest'
import { connectQuickly } from '../../fixtures/nodes/quick.mjs'
import { ownPipeline } from '../../support/pipeline.js'
import { kill, start } from '../../support/talking-process.js'
import { waitUntil } from '../../support/wait.js'

interface Callbacks {
  work: (item: number) => number
  take: (item: number) => void
}

const COUNT = 200

test('what the replicas of a shared durable stage had in hand when both died comes out of one that is back, and so does all else', async () => {
  const { server, join } = await ownPipeline<Callbacks>(connectQuickly)
  const taken: number[] = []
  await join('last', { callbacks: { take: (item: number) => void taken.push(item) } })
  const g = await join('writer')
  const startStage = async (name: string): Promise<ChildProcess> => {
    const { child } = start('sharing-stage', [server, name])
    await once(child, 'message')
    return child
  }
  const stages = await Promise.all(['one', 'two'].map(startStage))
  for (const name of ['one', 'two']) await g.waitProcess(name)
  const items = (async function* () {
    for (let n = 0; n < COUNT; n++) {
      yield n
      await delay(1)
      if (n !== COUNT / 2) continue
      await waitUntil(() => taken.length > COUNT / 4)
      await Promise.all(stages.map(kill))
      await startStage('one')
    }
  })()
  const summary = await g.call.work(items).with(STREAM({ delivery: 'durable', name: 'numbers', share: true }))
  expect(summary.error).toBeNull()
  await waitUntil(() => new Set(taken).size === COUNT)
  // Results that were stored, of items that were not acknowledged, come twice. All others come once.
  expect(taken.length - COUNT).toBeLessThan(COUNT / 4)
})
