import { setTimeout as delay } from 'node:timers/promises'
import { connect } from '@nats-io/transport-node'
import { STREAM } from 'daffi'
import { expect, onTestFinished, test } from 'vitest'
import { Wakeup } from '../../../src/runtime/core/deferred.js'
import { ownPipeline } from '../../support/pipeline.js'

interface Callbacks {
  take: (item: Buffer) => void
}

const ITEMS = 20

test('a live receiver that is waiting for its items need not ask for them', async () => {
  const { server, join } = await ownPipeline<Callbacks>()
  const nc = await connect({ servers: server })
  onTestFinished(() => nc.close())
  let asked = 0
  nc.subscribe('$JS.API.DIRECT.GET.>', {
    callback: () => {
      asked++
    },
  })
  await nc.flush()
  const processed = new Wakeup()
  const taken: number[] = []
  await join('keeper', {
    callbacks: {
      take: (item: Buffer) => {
        taken.push(item.readUInt32BE())
        processed.notify()
      },
    },
  })
  const g = await join('writer')
  async function* numbered(): AsyncGenerator<Buffer> {
    for (let n = 0; n < ITEMS; n++) {
      const item = Buffer.alloc(1_000_000)
      item.writeUInt32BE(n)
      yield item
      await processed.wait()
      await delay(10)
    }
  }
  await g.call.take(numbered()).with(STREAM({ delivery: 'live', shm: false }))
  await nc.flush()
  expect(taken).toEqual(Array.from({ length: ITEMS }, (_, n) => n))
  // The first, and those for which its word that it waits came too late.
  expect(asked).toBeGreaterThan(0)
  expect(asked).toBeLessThan(ITEMS)
})
