import { setTimeout as delay } from 'node:timers/promises'
import { connect } from '@nats-io/transport-node'
import { STREAM, type StreamModifierOptions } from 'daffi'
import { expect, onTestFinished, test } from 'vitest'
import { encode } from '../../src/runtime/codec/index.js'
import { createLogger } from '../../src/runtime/core/logger.js'
import { UnixChannels, type SocketAddress } from '../../src/runtime/unix/index.js'
import { ownPipeline } from '../support/pipeline.js'
import { waitFor } from '../support/wait.js'

interface Hello {
  incarnation: string
  socket: SocketAddress
}

interface Callbacks {
  take: (item: number) => void
}

const SUBJECTS = ['open', 'progress', 'chunk', 'end', 'newest', 'copy', 'data.0']
const PAYLOADS = [
  '',
  'hello',
  Buffer.from([0xc1]),
  ...[
    null,
    {},
    [null],
    [{}],
    [{ what: 'part', kind: null, ref: [] }],
    { to: 5 },
    { node: 'keeper', earlier: 4, holds: 4 },
  ].map((value) => encode(value)),
]

test.each<[string, StreamModifierOptions]>([
  ['lossless', {}],
  ['through the server', { shm: false }],
  ['live', { delivery: 'live' }],
  ['shared', { share: true }],
  ['durable', { delivery: 'durable' }],
  ['durable and shared', { delivery: 'durable', share: true }],
])('a stream goes on after messages that have no form of the protocol: %s', async (_, options) => {
  const { server, join } = await ownPipeline<Callbacks>()
  const taken: number[] = []
  const nc = await connect({ servers: server })
  onTestFinished(() => nc.close())
  const ids = new Set<string>()
  const records: Hello[] = []
  nc.subscribe('daffi.test.stream.*.open', {
    callback: (_error, { subject }) => void ids.add(subject.split('.')[3] ?? ''),
  })
  nc.subscribe('daffi.test.presence.hello', {
    callback: (_error, message) => void records.push(message.json<Hello>()),
  })
  await nc.flush()
  await join('keeper', { callbacks: { take: (item) => void taken.push(item) } })
  const g = await join('writer')
  const unix = await UnixChannels.open(
    'mad',
    createLogger('silent', () => undefined),
  )
  onTestFinished(() => unix?.close())
  const end = new AbortController()
  async function* items(): AsyncGenerator<number> {
    for (let n = 0; !end.signal.aborted; n++) {
      yield n
      await delay(10)
    }
  }
  const streaming = Promise.resolve(g.call.take(items()).with(STREAM(options)))
  await waitFor(() => expect(ids.size * taken.length).toBeGreaterThan(0))
  for (const id of ids)
    for (const what of SUBJECTS)
      for (const payload of PAYLOADS) nc.publish(`daffi.test.stream.${id}.${what}`, payload)
  for (const { incarnation, socket } of records) {
    const channel = await unix?.to(incarnation, socket)
    for (const id of ids)
      for (const what of SUBJECTS)
        for (const payload of PAYLOADS) channel?.send(`daffi.test.stream.${id}.${what}`, Buffer.from(payload))
  }
  await nc.flush()
  const before = taken.length
  await waitFor(() => expect(taken.length).toBeGreaterThan(before + 50))
  end.abort()
  const { items: count, error, receivers } = await streaming
  expect({ error, ...receivers['keeper'] }).toMatchObject({ error: null, state: 'finished', offered: count })
})
