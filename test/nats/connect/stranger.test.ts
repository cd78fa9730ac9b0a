import { once } from 'node:events'
import { mkdir } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { createHash } from 'node:crypto'
import { expect, onTestFinished, test, vi } from 'vitest'
import { writeState, type ServerState } from '../../../src/runtime/nats/address/state.js'
import { connectNats, readState } from '../../../src/runtime/nats/index.js'
import { keptLog } from '../../support/kept-log.js'
import { freePort } from '../../support/ports.js'
import { open, serverPid, startOwner } from '../../support/project-server.js'
import { INFO, IS_ROOT, listenAsServer, NOBODY, startStranger } from '../../support/stranger.js'
import { temporaryFolder } from '../../support/temporary.js'
import { waitUntil } from '../../support/wait.js'

const LINUX = process.platform === 'linux'
const BACK = 'the NATS server is back'
const UNPROVEN = /^DAFFI_SERVER_UNPROVEN: /

/** A project whose state file names a port, as one that is left by a dead owner does. */
async function projectAt(port: number, more: Partial<ServerState> = {}): Promise<string> {
  const project = await temporaryFolder()
  await mkdir(join(project, '.daffi'), { mode: 0o700 })
  const state = { url: `nats://127.0.0.1:${port}`, token: 'secret', pid: process.pid, version: '2.14.0' }
  await writeState(project, { ...state, ...more })
  return project
}

/** Makes this process believe that it is another user's, so that its own sockets are a stranger's. */
function becomeAnother(): { restore: () => void } {
  const spy = vi.spyOn(process, 'geteuid').mockReturnValue(12_345)
  onTestFinished(() => {
    spy.mockRestore()
  })
  return { restore: () => spy.mockRestore() }
}

async function connected(project: string) {
  const { log, lines } = keptLog()
  const { url } = readState(project) ?? { url: '' }
  const nc = await connectNats({ url, project }, { name: 'test', log })
  onTestFinished(() => nc.close())
  return { nc, lines, port: Number(new URL(url).port) }
}

/** Waits until a connection is back and carries messages. */
async function isBack({ nc, lines }: Awaited<ReturnType<typeof connected>>): Promise<void> {
  await waitUntil(() => lines.includes(BACK))
  await nc.flush()
}

test.skipIf(!LINUX).each([
  ['another user’s', {}],
  ['another user’s that asks for TLS', { greeting: info({ tls_required: true }) }],
  ['another user’s that offers TLS', { greeting: info({ tls_available: true }) }],
  ['another user’s that closes its half', { halfClose: true }],
  ['another user’s at all addresses', { host: '0.0.0.0' }],
  ['another user’s at all addresses of IPv6', { host: '::' }],
])('a server that is %s is told nothing', async (_, options) => {
  const server = await listenAsServer(options)
  const project = await projectAt(server.port)
  becomeAnother()
  const failed = connectNats({ url: '', project }, { name: 'test' })
  await expect(failed).rejects.toMatchObject({
    code: expect.stringMatching(/^DAFFI_(SERVER_UNPROVEN|NO_SERVER)$/) as string,
  })
  expect(server.connections()).toBe(1)
  await server.stop()
  expect(server.heard()).toBe('')
})

function info(more: object): string {
  return `INFO ${JSON.stringify({ ...INFO, ...more })}\r\n`
}

test.skipIf(!LINUX)(
  'a server that is this user’s, but not where its sockets are looked for, is told nothing',
  async () => {
    const server = await listenAsServer({ host: '::' })
    const project = await projectAt(server.port)
    await expect(connectNats({ url: '', project }, { name: 'test' })).rejects.toMatchObject({
      code: 'DAFFI_SERVER_UNPROVEN',
      message: `a process that cannot be identified answers at nats://127.0.0.1:${server.port} in place of the project's server`,
    })
    expect(server.heard()).toBe('')
  },
)

test.skipIf(!LINUX)(
  'a server that is started again between the connection and its greeting is told nothing',
  async () => {
    const server = createServer()
    await once(server.listen(0, '127.0.0.1'), 'listening')
    onTestFinished(() => void server.close())
    const { port } = server.address() as { port: number }
    const project = await projectAt(port)
    let heard = ''
    server.on('connection', (socket) => {
      socket.on('data', (data) => (heard += data.toString()))
      void projectStateChanges().then(() => socket.write(info({})))
    })
    const projectStateChanges = (): Promise<void> =>
      writeState(project, { url: `nats://127.0.0.1:${port}`, token: 'new', pid: 1, version: '2.14.0' })
    await expect(connectNats({ url: '', project }, { name: 'test' })).rejects.toMatchObject({
      code: 'DAFFI_NO_SERVER',
      message: expect.stringContaining('is being started again') as string,
    })
    expect(heard).toBe('')
  },
)

test('without a state file there is no address', async () => {
  const server = await listenAsServer({})
  const project = await temporaryFolder()
  const failed = connectNats({ url: `nats://127.0.0.1:${server.port}`, project }, { name: 'test' })
  await expect(failed).rejects.toMatchObject({ code: 'DAFFI_NO_SERVER' })
  expect(server.connections()).toBe(0)
})

test.skipIf(!LINUX)('who reconnects looks each time, says once whose it is, and goes on', async () => {
  const project = await temporaryFolder()
  await open(project)
  const client = await connected(project)
  const statuses: string[] = []
  void (async () => {
    for await (const { type } of client.nc.status()) statuses.push(type)
  })()
  const attempts = (): number => statuses.filter((type) => type === 'reconnecting').length
  const another = becomeAnother()
  process.kill(serverPid(project), 'SIGKILL')
  await waitUntil(() => client.lines.some((line) => UNPROVEN.test(line)))
  const seen = attempts()
  await waitUntil(() => attempts() >= seen + 2)
  expect(client.lines).not.toContain(BACK)
  expect(client.lines.filter((line) => UNPROVEN.test(line))).toHaveLength(1)
  expect(client.nc.isClosed()).toBe(false)
  another.restore()
  await isBack(client)
})

test('each nats-server has a token of its own, also after it was killed', async () => {
  const project = await temporaryFolder()
  await open(project)
  const client = await connected(project)
  const before = readState(project)
  process.kill(serverPid(project), 'SIGKILL')
  await isBack(client)
  const after = readState(project)
  expect(after?.url).toBe(before?.url)
  expect(after?.token).not.toBe(before?.token)
  const old = { url: after?.url ?? '', token: before?.token ?? '' }
  await expect(connectNats(old, { name: 'test' })).rejects.toMatchObject({ code: 'DAFFI_SERVER_AUTH' })
})

// The three ways of the security audit.

test.skipIf(!IS_ROOT)(
  'nats-server dies, and another user takes its port: it is told nothing, and all goes on',
  async () => {
    const project = await temporaryFolder()
    await open(project)
    const client = await connected(project)
    const stranger = await startStranger(client.port)
    process.kill(serverPid(project), 'SIGKILL')
    await stranger.listening
    await isBack(client)
    expect(readState(project)?.url).not.toBe(`nats://127.0.0.1:${client.port}`)
    expect(stranger.heard()).toBe('')
  },
)

test.skipIf(!IS_ROOT)(
  'the owner ends its server, and another user takes the port: nobody even connects',
  async () => {
    const project = await temporaryFolder()
    const owner = await open(project)
    const client = await connected(project)
    const stranger = await startStranger(client.port)
    await owner.close()
    await stranger.listening
    await open(project)
    await isBack(client)
    expect([stranger.connections(), stranger.heard()]).toEqual([0, ''])
  },
)

test.skipIf(!IS_ROOT)(
  'the owner is killed, and another user takes the port: nothing is told, nothing is run there',
  async () => {
    const project = await temporaryFolder()
    const owner = startOwner(project)
    await owner.opened
    const client = await connected(project)
    const stranger = await startStranger(client.port)
    owner.process.kill('SIGKILL')
    await stranger.listening
    const left = readState(project)
    await waitUntil(() => stranger.connections() >= 3)
    expect(readState(project)).toEqual(left)
    expect(client.lines.filter((line) => UNPROVEN.test(line))).toEqual([
      `DAFFI_SERVER_UNPROVEN: a process of the user ${NOBODY} answers at nats://127.0.0.1:${client.port} in place of the project's server; it is told nothing`,
    ])
    const next = await open(project)
    expect(next.owned).toBe(true)
    expect(next.address.url).not.toBe(`nats://127.0.0.1:${client.port}`)
    await isBack(client)
    expect(stranger.heard()).toBe('')
  },
)

test.skipIf(!LINUX)(
  'a name that a stranger has bound outside of the project keeps nobody from starting',
  async () => {
    const project = await temporaryFolder()
    // The name of the lock of earlier versions, which everybody can compute.
    const id = createHash('sha256').update(project).digest('hex').slice(0, 32)
    const squatter = createServer().listen(`\0daffi-${process.getuid?.() ?? ''}-${id}`)
    await once(squatter, 'listening')
    onTestFinished(() => void squatter.close())
    expect(await open(project)).toMatchObject({ owned: true })
  },
)

test('a port of another program is no server', async () => {
  const project = await projectAt(await freePort())
  await expect(connectNats({ url: '', project }, { name: 'test' })).rejects.toMatchObject({
    code: 'DAFFI_NO_SERVER',
    message: expect.stringContaining('connection refused') as string,
  })
})
