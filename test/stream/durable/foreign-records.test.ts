import { setTimeout as delay } from 'node:timers/promises'
import { headers } from '@nats-io/transport-node'
import { connect } from '@nats-io/transport-node'
import { STREAM, type StreamModifierOptions } from 'daffi'
import { expect, onTestFinished, test } from 'vitest'
import { ownPipeline } from '../../support/pipeline.js'
import { waitFor } from '../../support/wait.js'

interface Callbacks {
  take: (item: number) => void
}

const HEADERS = ['', 'no json', 'null', '{}', '{"run":"x","writer":"x","start":1,"what":"part"}']

test.each<[string, StreamModifierOptions]>([
  ['', {}],
  [', shared', { share: true }],
  [', of items in parts', { batch: { bytes: 1 } }],
])(
  'messages that are not daffi’s among the records of a durable stream cost no item%s',
  async (_, options) => {
    const { server, join } = await ownPipeline<Callbacks>()
    const taken: number[] = []
    await join('keeper', { callbacks: { take: (item) => void taken.push(item) } })
    const g = await join('writer')
    const nc = await connect({ servers: server })
    onTestFinished(() => nc.close())
    const end = new AbortController()
    async function* items(): AsyncGenerator<number> {
      for (let n = 0; !end.signal.aborted; n++) {
        yield n
        // Many are on their way when something comes in between.
        if (n % 5 === 0) await delay(5)
      }
    }
    const streaming = Promise.resolve(
      g.call.take(items()).with(STREAM({ delivery: 'durable', name: 'kept', ...options })),
    )
    await waitFor(() => expect(taken.length).toBeGreaterThan(100))
    for (let n = 0; n < 20; n++) {
      const head = headers()
      const value = HEADERS[n % HEADERS.length] ?? ''
      if (value !== '') head.set('Daffi-Durable', value)
      nc.publish('daffi.test.stream.kept.durable', 'hello', { headers: head })
      await nc.flush()
      await delay(10)
    }
    const before = taken.length
    await waitFor(() => expect(taken.length).toBeGreaterThan(before + 100))
    end.abort()
    const { items: count, error, receivers } = await streaming
    const keeper = { offered: count, processed: count, failed: 0, lost: 0, state: 'finished' }
    expect({ error, ...receivers['keeper'] }).toMatchObject({ error: null, ...keeper })
    expect(options.share ? taken.sort((a, b) => a - b) : taken).toEqual(
      Array.from({ length: count }, (_, n) => n),
    )
  },
)
