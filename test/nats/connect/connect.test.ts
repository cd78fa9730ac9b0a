import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import {
  connectNats,
  listen,
  openServer,
  readState,
  type ServerAddress,
} from '../../../src/runtime/nats/index.js'
import { keptLog } from '../../support/kept-log.js'
import { startNatsServer } from '../../support/nats-server.js'
import { freePort } from '../../support/ports.js'
import { temporaryFolder } from '../../support/temporary.js'
import { waitFor, waitUntil } from '../../support/wait.js'

const failure = (address: ServerAddress, signal?: AbortSignal): Promise<unknown> =>
  connectNats(address, { name: 'test', signal }).then(
    () => expect.unreachable('it connected'),
    (error: unknown) => error,
  )

const storeArgs = async (): Promise<string[]> => ['-js', '-sd', await temporaryFolder()]

const openNamed = async (url: string): Promise<unknown> =>
  openServer({ project: await temporaryFolder(), server: { url }, absent: 'wait', log: keptLog().log })

/** Says of itself what a nats-server of that version says, and `answer` to a client's first ping. */
async function startPeer({ version = '2.14.0', answer = 'PONG' }): Promise<string> {
  const info = { server_id: 'x', version, proto: 1, headers: true, max_payload: 1_048_576, jetstream: true }
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy())
    socket.write(`INFO ${JSON.stringify(info)}\r\n`)
    socket.on('data', (data) => data.includes('PING') && socket.write(`${answer}\r\n`))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return `nats://127.0.0.1:${(server.address() as AddressInfo).port}`
}

test('nobody there', async () => {
  const url = `nats://127.0.0.1:${await freePort()}`
  expect(await failure({ url })).toMatchObject({
    code: 'DAFFI_NO_SERVER',
    message: `no NATS server at ${url}: connection refused`,
  })
})

test('the wrong token, user, or credentials file', async () => {
  const url = await startNatsServer(['--auth', 'right', ...(await storeArgs())])
  for (const wrong of [{}, { token: 'wrong' }, { user: 'me', password: 'wrong' }]) {
    const error = (await failure({ url, ...wrong })) as Error
    expect(error).toMatchObject({ code: 'DAFFI_SERVER_AUTH' })
    expect(error.message).not.toContain('wrong')
  }
  expect(await failure({ url, credentials: '/nowhere/file.creds' })).toMatchObject({
    code: 'DAFFI_SERVER_AUTH',
    message: '/nowhere/file.creds cannot be used as a credentials file',
  })
  const bad = join(await temporaryFolder(), 'bad.creds')
  await writeFile(bad, 'no credentials')
  expect(await failure({ url, credentials: bad })).toMatchObject({ code: 'DAFFI_SERVER_AUTH' })
  await (await connectNats({ url, token: 'right' }, { name: 'test' })).close()
})

test('a user and password', async () => {
  const url = await startNatsServer(['--user', 'me', '--pass', 'right', ...(await storeArgs())])
  await (await connectNats({ url, user: 'me', password: 'right' }, { name: 'test' })).close()
})

test('a server without JetStream', async () => {
  const url = await startNatsServer()
  await expect(openNamed(url)).rejects.toMatchObject({ code: 'DAFFI_NO_JETSTREAM' })
})

test('a server that is too old', async () => {
  const url = await startPeer({ version: '2.9.10' })
  await expect(openNamed(url)).rejects.toMatchObject({
    code: 'DAFFI_SERVER_TOO_OLD',
    message: `the NATS server at ${url} is version 2.9.10; daffi needs 2.10.0 or later`,
  })
})

test('a server that has waited too long for the credentials has not refused them', async () => {
  const url = await startPeer({ answer: "-ERR 'Authentication Timeout'" })
  expect(await failure({ url })).toMatchObject({
    code: 'DAFFI_NO_SERVER',
    message: `the NATS server at ${url} closed the connection: this process was too slow to authenticate`,
  })
})

test('a user who may not ask for what daffi needs is told the subject', async () => {
  const permissions = { publish: 'daffi.shop.>', subscribe: '_INBOX.daffi_shop.>' }
  const config = join(await temporaryFolder(), 'nats-server.json')
  await writeFile(
    config,
    JSON.stringify({ authorization: { users: [{ user: 'me', password: 'x', permissions }] } }),
  )
  const url = (await startNatsServer(['-c', config, '-js'])).replace('nats://', 'nats://me:x@')
  const server = {
    project: await temporaryFolder(),
    server: { url },
    absent: 'wait',
    log: keptLog().log,
  } as const
  await expect(openServer({ ...server, pipeline: 'shop' })).rejects.toMatchObject({
    code: 'DAFFI_NO_PERMISSION',
    message: expect.stringMatching(
      / to publish on \$JS\.API\.INFO, which daffi needs to find out whether there is JetStream$/,
    ) as string,
  })
  await expect(openServer({ ...server, pipeline: 'office' })).rejects.toMatchObject({
    code: 'DAFFI_NO_PERMISSION',
    message: expect.stringMatching(
      / to subscribe to _INBOX\.daffi_office\..*, which daffi needs for the answers to requests$/,
    ) as string,
  })
})

test('something that is no NATS server', async () => {
  const server = createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')).listen(
    0,
    '127.0.0.1',
  )
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const url = `nats://127.0.0.1:${(server.address() as AddressInfo).port}`
  expect(await failure({ url })).toMatchObject({ code: 'DAFFI_NO_SERVER' })
})

test('a connect can be cancelled', async () => {
  const silent = createServer().listen(0, '127.0.0.1')
  await once(silent, 'listening')
  onTestFinished(() => void silent.close())
  const url = `nats://127.0.0.1:${(silent.address() as AddressInfo).port}`
  const cancel = new AbortController()
  const failing = failure({ url }, cancel.signal)
  cancel.abort()
  expect(await failing).toMatchObject({ code: 'DAFFI_ABORTED' })
})

test('noEcho keeps a connection’s own messages from it', async () => {
  const url = await startNatsServer(await storeArgs())
  const connection = await connectNats({ url }, { name: 'test', noEcho: true })
  onTestFinished(() => connection.close())
  const seen: string[] = []
  connection.subscribe('x', { callback: (_, message) => void seen.push(message.string()) })
  connection.publish('x', 'own')
  await connection.flush()
  expect(seen).toEqual([])
})

test('a client finds the project’s server again on another port, with another token', async () => {
  const project = await temporaryFolder()
  const { log, lines } = keptLog()
  const first = await openServer({ project, absent: 'run', log })
  onTestFinished(() => first.close())
  const connection = await connectNats(first.address, { name: 'test', log })
  onTestFinished(() => connection.close())
  const token = readState(project)?.token
  await first.close()
  const second = await openServer({ project, absent: 'run', log, port: await freePort() })
  onTestFinished(() => second.close())
  expect(readState(project)?.token).not.toBe(token)
  await waitUntil(() => lines.includes('the NATS server is back'))
  expect(`nats://${connection.getServer()}`).toBe(second.address.url)
})

test('an old address of the project’s server is brought up to date at the first connect', async () => {
  const project = await temporaryFolder()
  const { log } = keptLog()
  const server = await openServer({ project, absent: 'run', log })
  onTestFinished(() => server.close())
  const old = { url: `nats://127.0.0.1:${await freePort()}`, project }
  await (await connectNats(old, { name: 'test' })).close()
})

test.each([
  [
    'throws',
    () => {
      throw new Error('of the handler')
    },
  ],
  ['rejects', () => Promise.reject(new Error('of the handler'))],
])('a message whose handler %s is told, once a second, and the next ones are read', async (_, fail) => {
  const url = await startNatsServer()
  const { log, lines } = keptLog()
  const nc = await connectNats({ url }, { name: 'test', log })
  onTestFinished(() => nc.close())
  const got: string[] = []
  listen(nc, 'news.>', (message) => {
    got.push(message.string())
    return fail()
  })
  for (const text of ['one', 'two', 'three']) nc.publish('news.\u001b[2J', text)
  await waitFor(() => expect(got).toEqual(['one', 'two', 'three']))
  await waitFor(() => expect(lines).toHaveLength(1))
  expect(lines[0]).toMatch(/^a message on "news\.\\u001b\[2J" is passed over: Error: of the handler\n/)
})
