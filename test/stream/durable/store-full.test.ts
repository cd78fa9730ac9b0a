import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { jetstream, jetstreamManager, StorageType } from '@nats-io/jetstream'
import { connect } from '@nats-io/transport-node'
import { expect, onTestFinished, test } from 'vitest'
import { deferred } from '../../../src/runtime/core/deferred.js'
import { start } from '../../support/talking-process.js'
import { startNatsServer } from '../../support/nats-server.js'
import { joinOn } from '../../support/pipeline.js'
import { temporaryFolder } from '../../support/temporary.js'
import { waitFor } from '../../support/wait.js'

interface Callbacks {
  take: (item: unknown) => unknown
}

test('a store that is full is told at once, and the stream goes on when there is room', async () => {
  const config = join(await temporaryFolder(), 'nats.conf')
  await writeFile(config, 'jetstream { max_file_store: 30MB }')
  const server = await startNatsServer(['-c', config])
  const taken: number[] = []
  await joinOn<Callbacks>(server)('keeper', {
    callbacks: { take: (item: unknown) => void taken.push((item as { n: number }).n) },
  })
  const nc = await connect({ servers: server })
  onTestFinished(() => nc.close())
  const { streams } = await jetstreamManager(nc)
  await streams.add({ name: 'filler', subjects: ['filler'], storage: StorageType.File })

  const { child } = start('durable-writer', [server, '4000', '8 MiB'], { silent: true })
  let log = ''
  child.stderr?.on('data', (bytes: Buffer) => (log += bytes.toString()))
  const done = new Promise<unknown>((resolve) =>
    child.on('message', (message) => typeof message === 'object' && resolve(message)),
  )
  await waitFor(() => expect(taken.length).toBeGreaterThan(50))
  const js = jetstream(nc)
  const fill = Buffer.alloc(500_000)
  // Again and again, since the writer makes room of what is processed.
  while (!log.includes('DAFFI_STORE_FULL')) {
    await js.publish('filler', fill).catch(() => undefined)
    await delay(5)
  }
  await streams.delete('filler')
  expect(await done).toMatchObject({
    items: 4000,
    error: null,
    receivers: { keeper: { processed: 4000, lost: 0 } },
  })
  expect(log).toContain('goes on')
  expect(taken).toEqual(Array.from({ length: 4000 }, (_, n) => n))
})

test('a receiver that comes back while the store is full gets what is stored', async () => {
  const config = join(await temporaryFolder(), 'nats.conf')
  await writeFile(config, 'jetstream { max_file_store: 30MB }')
  const server = await startNatsServer(['-c', config])
  const taken = { before: 0, after: 0 }
  const stuck = deferred()
  const keeper = await joinOn<Callbacks>(server)('keeper', {
    callbacks: { take: (_item: unknown) => (++taken.before > 20 ? stuck.promise : undefined) },
  })
  const nc = await connect({ servers: server })
  onTestFinished(() => nc.close())
  const { streams } = await jetstreamManager(nc)
  await streams.add({ name: 'filler', subjects: ['filler'], storage: StorageType.File })
  for (let n = 0; n < 40; n++) await jetstream(nc).publish('filler', Buffer.alloc(500_000))
  const { child } = start('durable-writer', [server, '4000', '20 MiB'], { silent: true })
  let log = ''
  child.stderr?.on('data', (bytes: Buffer) => (log += bytes.toString()))
  await waitFor(() => expect(log).toContain('DAFFI_STORE_FULL'))
  stuck.resolve()
  await keeper.close()
  await joinOn<Callbacks>(server)('keeper', { callbacks: { take: (_item: unknown) => ++taken.after } })
  await waitFor(() => expect(taken.after).toBeGreaterThan(20))
})
