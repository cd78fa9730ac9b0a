import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { jetstream, jetstreamManager, type JetStreamManager } from '@nats-io/jetstream'
import { connect, headers, type NatsConnection } from '@nats-io/transport-node'
import { BG, Global } from 'daffi'
import { expect, onTestFinished, test, vi } from 'vitest'
import { StoredParts } from '../../../src/runtime/call/jobs/store/stored-parts.js'
import { encode } from '../../../src/runtime/codec/index.js'
import { deferred } from '../../../src/runtime/core/deferred.js'
import { connectQuickly } from '../../fixtures/nodes/quick.mjs'
import { mortalServer } from '../../support/mortal-server.js'
import { startNatsServer } from '../../support/nats-server.js'
import { ownPipeline } from '../../support/pipeline.js'
import { kill, start } from '../../support/talking-process.js'
import { temporaryFolder } from '../../support/temporary.js'
import { waitFor, waitUntil } from '../../support/wait.js'

interface Callbacks {
  reverse: (bytes: Buffer) => unknown
}

const DURABLE = BG({ durable: true })
const QUEUE = 'daffi_test_jobs'
const RESULTS = 'KV_daffi_test_results'
/** Text of a length that no part has, so that each part differs from the others. */
const TEXT = 'a job that no message of this server holds '
const LENGTH = 20_000_000
const AGE_NS = 1_000_000_000

const bytesOf = (length: number): Buffer => Buffer.alloc(length, TEXT)

async function rawConnection(server: string): Promise<{ nc: NatsConnection; jsm: JetStreamManager }> {
  const nc = await connect({ servers: server })
  onTestFinished(() => nc.close())
  return { nc, jsm: await jetstreamManager(nc) }
}

async function messagesIn(jsm: JetStreamManager, stream: string): Promise<number> {
  return (await jsm.streams.info(stream)).state.messages
}

test('caller, worker and server may die, whatever the size; the result is had by its id until it expires', async () => {
  const { url: server, restart } = await mortalServer()
  await waitFor(() => rawConnection(server))
  const stuck = start('large-worker', [server, 'stuck', 'stuck'])
  expect(await stuck.said()).toBe('ready')
  const caller = start('large-caller', [server, String(LENGTH), TEXT])
  const id = String(await caller.said())
  expect(await stuck.said()).toEqual({ length: LENGTH, redelivered: false })
  await kill(caller.child)
  await kill(stuck.child)
  await restart()
  await waitFor(() => rawConnection(server))
  const other = start('large-worker', [server, 'other'])
  expect(await other.said()).toBe('ready')
  expect(await other.said()).toEqual({ length: LENGTH, redelivered: true })

  const g = await connectQuickly({ server, pipeline: 'test', processName: 'asker' })
  onTestFinished(() => g.close())
  const job = await g.job<Buffer>(id)
  expect((await job.get()).equals(bytesOf(LENGTH).reverse())).toBe(true)
  const { jsm } = await rawConnection(server)
  await waitUntil(async () => (await messagesIn(jsm, QUEUE)) === 0)

  expect(await messagesIn(jsm, RESULTS)).toBeGreaterThan(LENGTH / 1024 / 1024)
  await jsm.streams.update(RESULTS, { max_age: AGE_NS, duplicate_window: AGE_NS })
  await waitUntil(async () => (await messagesIn(jsm, RESULTS)) === 0)
  await expect(g.job(id)).rejects.toMatchObject({ code: 'DAFFI_UNKNOWN_JOB' })
})

test('nothing of it is left when it is cancelled, whether it waits, runs, or is about to have a result', async () => {
  const { server, join } = await ownPipeline<Callbacks>()
  const { nc, jsm } = await rawConnection(server)
  const begun = [deferred(), deferred()]
  const release = deferred()
  let calls = 0
  const reverse = async (bytes: Buffer): Promise<Buffer> => {
    begun[calls++]?.resolve()
    await release.promise
    return bytes.reverse()
  }
  const worker = await join('worker', { callbacks: { reverse } })
  const g = await join('caller')
  const waiting = await g.call.reverse(bytesOf(LENGTH)).with(BG({ durable: true, eta: '1h' }))
  expect(await messagesIn(jsm, QUEUE)).toBeGreaterThan(LENGTH / 1024 / 1024)
  const running = await g.call.reverse(bytesOf(LENGTH)).with(DURABLE)
  const ending = await g.call.reverse(bytesOf(LENGTH)).with(DURABLE)
  await Promise.all(begun.map(({ promise }) => promise))
  for (const job of [waiting, running]) expect(await job.cancel()).toBe(true)
  // As a client cancels whose word does not reach the worker.
  const record = encode({ state: 'cancelled', sequence: null }, 'the record')
  await jetstream(nc).publish(`$KV.daffi_test_results.${ending.id}`, record)
  release.resolve()
  for (const job of [waiting, running, ending])
    await expect(job.get()).rejects.toMatchObject({ code: 'DAFFI_ABORTED' })
  await worker.close()
  // A record of each.
  expect([await messagesIn(jsm, QUEUE), await messagesIn(jsm, RESULTS)]).toEqual([0, 3])
})

test('a job waits for the rest of its arguments, as long as its caller lives', async () => {
  const { server, join } = await ownPipeline<Callbacks>()
  const { nc, jsm } = await rawConnection(server)
  const js = jetstream(nc)
  const seen: unknown[] = []
  const hello = deferred<{ incarnation: string }>()
  await join('worker', { callbacks: { reverse: (value: unknown) => void seen.push(value) } })
  nc.subscribe('daffi.test.presence.hello', { callback: (_error, message) => hello.resolve(message.json()) })
  await nc.flush()
  const g = await join('caller')
  await (await g.call.reverse(Buffer.from('small')).with(DURABLE)).get()
  const { incarnation } = await hello.promise
  /** A job whose arguments come in parts of 6 bytes. */
  const send = async (id: string, caller: string): Promise<void> => {
    const head = headers()
    const subject = `daffi.test.job.${id}.part`
    head.set('Daffi-Stored', JSON.stringify({ subject, bytes: 9, partBytes: 6, caller }))
    await js.publish(`daffi.test.job.${id}.call.reverse`, '', { headers: head })
  }
  const part = (id: string, n: number, text: string) => js.publish(`daffi.test.job.${id}.part.${n}`, text)

  await send('dead', 'of-nobody')
  await part('dead', 0, '["abcd')
  await expect((await g.job('dead')).get()).rejects.toMatchObject({ code: 'DAFFI_ABORTED' })
  await waitUntil(async () => (await messagesIn(jsm, QUEUE)) === 0)

  await send('alive', incarnation)
  await part('alive', 0, '["abcd')
  const handedBack = deferred()
  nc.subscribe(`$JS.ACK.${QUEUE}.>`, {
    callback: (_error, message) => {
      if (message.string().startsWith('-NAK')) handedBack.resolve()
    },
  })
  await handedBack.promise
  await part('alive', 1, 'e"]')
  await (await g.job('alive')).get()
  expect(seen).toEqual([Buffer.from('small'), 'abcde'])
})

/** A server that keeps 16 MiB on its disk. */
async function smallServer(): Promise<{
  server: string
  connected: (processName: string, callbacks?: object) => Promise<Global<Callbacks>>
}> {
  const config = join(await temporaryFolder(), 'small.conf')
  await writeFile(config, 'jetstream { max_file_store: 16MiB }')
  const server = await startNatsServer(['-c', config])
  const connected = async (processName: string, callbacks = {}): Promise<Global<Callbacks>> => {
    const g = await Global.connect<Callbacks>({ server, pipeline: 'test', processName, callbacks })
    onTestFinished(() => g.close())
    return g
  }
  return { server, connected }
}

test('what the server has no room for is refused, and nothing of it is left', async () => {
  const { server, connected } = await smallServer()
  await connected('worker', { reverse: ({ length }: Buffer) => (length > 1 ? length : bytesOf(LENGTH)) })
  const g = await connected('caller')
  await expect(g.call.reverse(bytesOf(LENGTH)).with(DURABLE)).rejects.toMatchObject({
    code: 'DAFFI_NOT_STORED',
  })
  const large = await g.call.reverse(Buffer.alloc(1)).with(DURABLE)
  await expect(large.get()).rejects.toMatchObject({ remoteCode: 'DAFFI_NOT_STORED' })
  expect(await (await g.call.reverse(Buffer.alloc(2)).with(DURABLE)).get()).toBe(2)
  const { jsm } = await rawConnection(server)
  await waitUntil(async () => (await messagesIn(jsm, QUEUE)) === 0)
})

test('a small result waits for room on the server, and the worker says so', async () => {
  const { server, connected } = await smallServer()
  const { nc, jsm } = await rawConnection(server)
  const said = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  onTestFinished(() => said.mockRestore())
  const fill = async (): Promise<void> => {
    await jsm.streams.add({ name: 'filler', subjects: ['filler'], storage: 'file' })
    for (const bytes of [100_000, 1000, 1]) {
      const full = (): Promise<unknown> => jetstream(nc).publish('filler', bytesOf(bytes))
      while (await full().catch(() => undefined));
    }
  }
  await connected('worker', {
    reverse: async (_value: unknown) => {
      await fill()
      return 'done'
    },
  })
  const g = await connected('caller')
  const job = await g.call.reverse(Buffer.alloc(1)).with(DURABLE)
  const warned = (): boolean =>
    said.mock.calls.some(([line]) =>
      String(line).includes(`the server does not keep the result of job ${job.id}`),
    )
  await waitUntil(warned)
  await jsm.streams.delete('filler')
  expect(await job.get()).toBe('done')
})

test('more than a durable job keeps is refused', async () => {
  const { server } = await ownPipeline()
  const { nc, jsm } = await rawConnection(server)
  const parts = new StoredParts(nc, jsm, QUEUE)
  const most = 512 * 1024 * 1024
  expect(parts.plan(new Uint8Array(most), 'subject', 'it')?.bytes).toBe(most)
  expect(() => parts.plan(new Uint8Array(most + 1), 'subject', 'it')).toThrow(
    expect.objectContaining({ code: 'DAFFI_TOO_LARGE' }),
  )
})
