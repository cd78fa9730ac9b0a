import { once } from 'node:events'
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { jetstream, jetstreamManager } from '@nats-io/jetstream'
import { expect, onTestFinished, test, vi } from 'vitest'
import { ensureBinary } from '../../../src/runtime/binaries/index.js'
import { connectNats, readState, type ServerAddress } from '../../../src/runtime/nats/index.js'
import { keptLog } from '../../support/kept-log.js'
import { waitUntilGone } from '../../support/leaks.js'
import { freePort } from '../../support/ports.js'
import { writeProgram } from '../../support/programs.js'
import { open, serverPid, startOwner } from '../../support/project-server.js'
import { temporaryFolder } from '../../support/temporary.js'
import { waitUntil } from '../../support/wait.js'

const SLOW = 'case $1 in --version) echo "nats-server: v2.14.0";; *) exec sleep 1000;; esac'

function addressIn(project: string): ServerAddress {
  const state = readState(project)
  if (!state) throw new Error('there is no state file')
  return { url: state.url, token: state.token }
}

test('after the owner was killed, the next one starts over: same port, same data, no old server', async () => {
  const project = await temporaryFolder()
  const owner = startOwner(project)
  const { url } = await owner.opened
  const before = await connectNats(addressIn(project), { name: 'test' })
  await (await jetstreamManager(before)).streams.add({ name: 'kept', subjects: ['kept'] })
  await jetstream(before).publish('kept', 'one')
  await before.close()
  const old = serverPid(project)
  owner.process.kill('SIGKILL')
  await once(owner.process, 'exit')

  const server = await open(project)
  expect(server).toMatchObject({ owned: true, info: { url } })
  expect(serverPid(project)).not.toBe(old)
  const after = await connectNats(server.address, { name: 'test' })
  expect((await (await jetstreamManager(after)).streams.info('kept')).state.messages).toBe(1)
  await after.close()
})

test('a server that is killed comes back with port and token, and clients with it', async () => {
  const project = await temporaryFolder()
  const server = await open(project)
  const kept = keptLog()
  const connection = await connectNats(server.address, { name: 'test', log: kept.log })
  onTestFinished(() => connection.close())
  const killed = serverPid(project)
  process.kill(killed, 'SIGKILL')
  await waitUntil(() => kept.lines.includes('the NATS server is back'))
  // Clients may be back before the owner has written the state down.
  await waitUntil(() => serverPid(project) !== killed)
  expect(connection.getServer()).toBe(server.address.url.slice('nats://'.length))
})

/** A nats-server that starts once, then fails so many times with a message, and starts again after that. */
async function flakyServer(failures: number): Promise<void> {
  const folder = await temporaryFolder()
  const real = (await ensureBinary('nats-server')).path
  const turns = Array.from(
    { length: failures },
    (_, turn) => `mkdir ${join(folder, String(turn))} 2>/dev/null`,
  )
  const first = `mkdir ${join(folder, 'first')} 2>/dev/null`
  const flaky = await writeProgram(
    join(folder, 'flaky-server'),
    `if [ "$1" != --version ] && ! ${first} && { ${turns.join(' || ')}; }; then echo "disk on fire" >&2; exit 9; fi; exec ${real} "$@"`,
  )
  vi.stubEnv('NATS_SERVER_PATH', flaky)
  onTestFinished(() => {
    vi.unstubAllEnvs()
  })
}

test('a server that dies again and again is given up, with the end of its log', async () => {
  await flakyServer(6)
  const project = await temporaryFolder()
  const server = await open(project)
  process.kill(serverPid(project), 'SIGKILL')
  const error = await server.failed
  expect(error).toMatchObject({ code: 'DAFFI_SERVER_FAILED' })
  expect(error.message).toContain('disk on fire')
  expect(readState(project)).toBeUndefined()
  vi.unstubAllEnvs()
  expect(await open(project)).toMatchObject({ owned: true })
})

test('a server that does not start after its death is started again', async () => {
  await flakyServer(2)
  const project = await temporaryFolder()
  const { log, lines } = keptLog()
  await open(project, { log })
  const killed = serverPid(project)
  process.kill(killed, 'SIGKILL')
  await waitUntil(() => (readState(project)?.pid ?? killed) !== killed)
  expect(lines.filter((line) => line.includes('nats-server'))).toEqual([
    'nats-server died and is restarted: it ended with SIGKILL',
    'nats-server does not start: it ended with code 9; it is started again',
    'nats-server does not start: it ended with code 9; it is started again',
  ])
})

test('a port that is asked for is had, or the error says that it is taken', async () => {
  const port = await freePort()
  const project = await temporaryFolder()
  expect((await open(project, { port })).info.url).toBe(`nats://127.0.0.1:${port}`)
  await expect(open(await temporaryFolder(), { port })).rejects.toMatchObject({
    code: 'DAFFI_PORT_TAKEN',
    message: `nats-server cannot use port ${port} of 127.0.0.1: another program listens there already`,
  })
})

test('the port of last time is taken again, unless somebody else has it', async () => {
  const project = await temporaryFolder()
  const first = await open(project)
  await first.close()
  const second = await open(project)
  expect(second.info.url).toBe(first.info.url)
  await second.close()

  const port = Number(new URL(first.info.url).port)
  const other = createServer().listen(port, '127.0.0.1')
  await once(other, 'listening')
  onTestFinished(() => void other.close())
  const { log, lines } = keptLog()
  const third = await open(project, { log })
  expect(third.info.url).not.toBe(first.info.url)
  expect(lines.join('\n')).toContain(`port ${port}`)
})

test('a server that cannot start says why', async () => {
  const project = await temporaryFolder()
  await mkdir(join(project, '.daffi', 'jetstream'), { recursive: true })
  await writeFile(join(project, '.daffi', 'jetstream', 'jetstream'), 'not a folder')
  const error = await open(project).then(
    () => expect.unreachable('it started'),
    (reason: unknown) => reason as Error,
  )
  expect(error).toMatchObject({ code: 'DAFFI_SERVER_FAILED' })
  expect(error.message).toContain('storage directory')
  expect(await readdir(join(project, '.daffi'))).not.toContain('nats-server.conf')
})

test('starting can be cancelled, and leaves nothing', async () => {
  const project = await temporaryFolder()
  const slow = await writeProgram(join(await temporaryFolder(), 'slow-server'), SLOW)
  vi.stubEnv('NATS_SERVER_PATH', slow)
  onTestFinished(() => {
    vi.unstubAllEnvs()
  })
  await expect(open(project, { timeoutMs: 300 })).rejects.toMatchObject({ code: 'DAFFI_NO_SERVER' })
  const cancel = new AbortController()
  const opening = open(project, { signal: cancel.signal })
  cancel.abort()
  await expect(opening).rejects.toMatchObject({ code: 'DAFFI_ABORTED' })
  expect(await waitUntilGone(project)).toEqual([])
})
