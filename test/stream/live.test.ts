import { setTimeout as delay } from 'node:timers/promises'
import { connect } from '@nats-io/transport-node'
import { Global, STREAM } from 'daffi'
import { expect, onTestFinished, test } from 'vitest'
import { Wakeup } from '../../src/runtime/core/deferred.js'
import { startNatsServer } from '../support/nats-server.js'

interface Callbacks {
  take: (item: Buffer) => void
}

const ITEMS = 20

/** Streams items to one receiver through the server, each when the one before has been processed; gives how many it asked for. */
async function askedFor(busyMs: number, pauseMs: number): Promise<{ asked: number; processed: number }> {
  const servers = await startNatsServer(['-js'])
  const watcher = await connect({ servers })
  onTestFinished(() => watcher.close())
  let asked = 0
  watcher.subscribe('$JS.API.DIRECT.GET.>', {
    callback: () => {
      asked++
    },
  })
  await watcher.flush()

  const join = async (processName: string, callbacks = {}): Promise<Global<Callbacks>> => {
    const g = await Global.connect<Callbacks>({ server: servers, pipeline: 'test', processName, callbacks })
    onTestFinished(() => g.close())
    return g
  }
  const processed = new Wakeup()
  let count = 0
  await join('keeper', {
    take: async (item: Buffer) => {
      expect(item.readUInt32BE()).toBe(count++)
      await delay(busyMs)
      processed.notify()
    },
  })
  const g = await join('writer')
  async function* numbered(): AsyncGenerator<Buffer> {
    for (let n = 0; n < ITEMS; n++) {
      const item = Buffer.alloc(1_000_000)
      item.writeUInt32BE(n)
      yield item
      await processed.wait()
      await delay(pauseMs)
    }
  }
  const summary = await g.call.take(numbered()).with(STREAM({ delivery: 'live', shm: false }))
  await watcher.flush()
  return { asked, processed: summary.receivers.keeper?.processed ?? 0 }
}

test('a live receiver that is waiting for its items need not ask for them', async () => {
  const { asked, processed } = await askedFor(0, 10)
  expect(processed).toBe(ITEMS)
  // The first, and those for which its word that it waits came too late.
  expect(asked).toBeGreaterThan(0)
  expect(asked).toBeLessThan(ITEMS)
})
