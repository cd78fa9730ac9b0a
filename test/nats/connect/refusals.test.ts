import { jetstreamManager } from '@nats-io/jetstream'
import { Kvm } from '@nats-io/kv'
import { connect } from '@nats-io/transport-node'
import { expect, onTestFinished, test } from 'vitest'
import { parseServerUrl } from '../../../src/runtime/core/text/server-url.js'
import { connectNats, openServer } from '../../../src/runtime/nats/index.js'
import { keptLog } from '../../support/kept-log.js'
import { startNatsServer } from '../../support/nats-server.js'
import { startServerOf } from '../../support/nats-users.js'
import { temporaryFolder } from '../../support/temporary.js'

test('a refused answer to a stranger is told once, and is no failure', async () => {
  const { me } = await startServerOf({ me: { publish: { deny: ['_INBOX.>', 'daffi.shop.all.*'] } } })
  const { log, lines } = keptLog()
  const refused: Error[] = []
  const onRefused = (error: Error): void => void refused.push(error)
  const nc = await connectNats(
    { ...parseServerUrl(me), inboxPrefix: '_INBOX.daffi_shop' },
    { name: 'x', log, onRefused },
  )
  onTestFinished(() => nc.close())
  for (const subject of ['_INBOX.stranger.1', '_INBOX.stranger.2', 'daffi.shop.all.add']) nc.publish(subject)
  await nc.flush()
  await expect.poll(() => refused).toHaveLength(1)
  expect(refused[0]).toMatchObject({
    code: 'DAFFI_NO_PERMISSION',
    message: expect.stringMatching(
      / to publish on daffi\.shop\.all\.add, which daffi needs for calls$/,
    ) as string,
    details: { operation: 'publish', subject: 'daffi.shop.all.add' },
  })
  expect(lines).toEqual([expect.stringMatching(/not allow this user to publish on _INBOX\.stranger\.1$/)])
})

test('a store with no room is told with the stream, what it asks for, and what there is', async () => {
  const limits = { max_mem: 1_048_576, max_file: 4_194_304, max_streams: 2, max_consumers: 1 }
  const { url } = await startServerOf(
    { url: {} },
    { accounts: { shared: { jetstream: limits, users: [{ user: 'url', password: 'x' }] } } },
  )
  const nc = await connectNats(parseServerUrl(url), { name: 'x' })
  onTestFinished(() => nc.close())
  const jsm = await jetstreamManager(nc)
  const add = (name: string, storage: 'file' | 'memory', max_bytes: number) =>
    jsm.streams.add({ name, subjects: [name], storage, max_bytes })
  const full = (message: RegExp): object => ({
    code: 'DAFFI_STORE_FULL',
    message: expect.stringMatching(message) as string,
  })
  // Names of their own: the server may still remove the files of a stream that was tried.
  await expect(add('large', 'file', 16_777_216)).rejects.toMatchObject(
    full(
      /on disk for the JetStream stream large, which asks for 16 MiB: .*room for 4 MiB; .*taken 0 bytes of 4 MiB/,
    ),
  )
  await expect(add('wide', 'memory', 4_194_304)).rejects.toMatchObject(
    full(/in memory for the JetStream stream wide, which asks for 4 MiB: .*room for 1 MiB/),
  )
  await add('a', 'file', 1_048_576)
  await jsm.consumers.add('a', { durable_name: 'one' })
  await expect(jsm.consumers.add('a', { durable_name: 'two' })).rejects.toMatchObject(
    full(/for a consumer of a: .*1 of 1 consumers/),
  )
  await add('b', 'file', 1_048_576)
  await expect(new Kvm(nc).create('c', { storage: 'memory' })).rejects.toMatchObject(
    full(/for the JetStream stream KV_c: .*2 of 2 streams/),
  )
})

test('a stream that is made just as the last one of its account is removed is asked for again', async () => {
  const url = await startNatsServer()
  const [server, nc] = await Promise.all([
    connect({ servers: url }),
    connectNats(parseServerUrl(url), { name: 'x' }),
  ])
  onTestFinished(async () => {
    await Promise.all([server.close(), nc.close()])
  })
  const error = { code: 500, err_code: 10049, description: 'error creating store for stream' }
  const answers = [{ error }, { created: true }, { error }, { error }]
  server.subscribe('$JS.API.STREAM.CREATE.raced', {
    callback: (_error, message) => void message.respond(JSON.stringify(answers.shift())),
  })
  await server.flush()
  const make = () => nc.request('$JS.API.STREAM.CREATE.raced', '{}')
  expect((await make()).json()).toEqual({ created: true })
  await expect(make()).rejects.toMatchObject({ code: 'DAFFI_STORE_FULL' })
})

test('a server whose messages are too small is refused', async () => {
  const { url } = await startServerOf({ url: {} }, { max_payload: 4096 })
  const opening = openServer({
    project: await temporaryFolder(),
    server: { url },
    absent: 'wait',
    log: keptLog().log,
  })
  await expect(opening).rejects.toMatchObject({ code: 'DAFFI_PAYLOAD_TOO_SMALL' })
})
