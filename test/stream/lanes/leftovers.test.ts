import { join as joinPath } from 'node:path'
import { jetstreamManager } from '@nats-io/jetstream'
import { connect } from '@nats-io/transport-node'
import { STREAM, type Global } from 'daffi'
import { expect, onTestFinished, test } from 'vitest'
import { connectQuickly } from '../../fixtures/nodes/quick.mjs'
import { pingSubject } from '../../../src/runtime/call/presence/peer-record.js'
import { deferred } from '../../../src/runtime/core/deferred.js'
import { streamSubject } from '../../../src/runtime/stream/protocol/messages.js'
import { writerMetadata } from '../../../src/runtime/stream/lanes/leftovers.js'
import { streamNames } from '../../support/jetstream.js'
import { ownPipeline } from '../../support/pipeline.js'
import { kill, start } from '../../support/talking-process.js'
import { temporaryFolder } from '../../support/temporary.js'

interface Callbacks {
  take: (item: unknown) => void
}

const NAMES = 'KV_daffi_test_names'

/**
 * A writer of a live stream through the server, in a process of its own, that ends by SIGKILL.
 * @param received resolves when the stream has reached its receiver
 */
async function killedWriter(server: string, received?: Promise<void>): Promise<void> {
  const { child, said } = start('tally-writer', [
    server,
    'test',
    'writer',
    JSON.stringify({ delivery: 'live', shm: false }),
    'one',
  ])
  await said()
  await expect.poll(() => streamNames(server)).toHaveLength(2)
  await received
  await kill(child)
}

/** Opens a stream through the server for a moment: its writer looks for what others have left. */
async function openStream(g: Global<Callbacks>): Promise<void> {
  await g.call
    .take([0, 1, 2])
    .with(STREAM({ shm: false, patience: 0 }))
    .catch(() => undefined)
}

test('what a killed writer has left on the server is removed by its receiver', async () => {
  const { server, join } = await ownPipeline<Callbacks>()
  const received = deferred()
  await join('one', { callbacks: { take: (_item: unknown) => received.resolve() } })
  await killedWriter(server, received.promise)
  await expect.poll(() => streamNames(server)).toEqual([NAMES])
})

test('… or, when that has died too, by the next writer', async () => {
  const { server, join } = await ownPipeline<Callbacks>()
  const file = joinPath(await temporaryFolder(), 'tally')
  const receiver = start('tally-receiver', [server, 'test', 'one', file])
  await receiver.said()
  await killedWriter(server)
  await kill(receiver.child)
  await join('two', { callbacks: { take: (_item: unknown) => undefined } })
  await openStream(await join('next'))
  await expect.poll(() => streamNames(server)).toEqual([NAMES])
})

test('… also when the server did not know yet that its connection had broken', async () => {
  const { server, join } = await ownPipeline<Callbacks>(connectQuickly)
  const nc = await connect({ servers: server })
  onTestFinished(() => nc.close())
  const gone = { name: 'gone', incarnation: 'killed' }
  // Takes one ping, as a broken connection does, and answers nothing.
  nc.subscribe(pingSubject('test', gone), { max: 1, callback: () => undefined })
  await (
    await jetstreamManager(nc)
  ).streams.add({
    name: 'daffi_test_stream_left',
    subjects: [`${streamSubject('test', 'left', 'data')}.*`],
    storage: 'memory',
    metadata: writerMetadata(gone),
  })
  await join('one', { callbacks: { take: (_item: unknown) => undefined } })
  await openStream(await join('writer'))
  await expect.poll(() => streamNames(server)).toEqual([NAMES])
})
