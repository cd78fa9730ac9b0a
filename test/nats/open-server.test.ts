import { chmod, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { connectNats, readState } from '../../src/runtime/nats/index.js'
import { keptLog } from '../support/kept-log.js'
import { waitUntilGone } from '../support/leaks.js'
import { startNatsServer } from '../support/nats-server.js'
import { writeProgram } from '../support/programs.js'
import { open, serverPid, startOwner } from '../support/project-server.js'
import { temporaryFolder } from '../support/temporary.js'
import { waitUntil } from '../support/wait.js'

test('a server is run: on the loopback, with a token in files of 0600, and gone after close', async () => {
  const project = await temporaryFolder()
  const server = await open(project)
  expect(server).toMatchObject({ owned: true, info: { embedded: true, version: '2.14.0' } })
  expect(server.info.url).toMatch(/^nats:\/\/127\.0\.0\.1:\d+$/)
  const { address } = server
  expect(structuredClone(address)).toEqual(address)
  const state = join(project, '.daffi')
  for (const file of ['server.json', 'nats-server.conf'])
    expect((await stat(join(state, file))).mode & 0o777).toBe(0o600)
  const commandLine = await readFile(`/proc/${serverPid(project)}/cmdline`, 'utf8')
  const { token = '' } = readState(project) ?? {}
  expect(token).not.toBe('')
  expect(commandLine + JSON.stringify(address)).not.toContain(token)
  await (await connectNats(server.address, { name: 'test' })).close()
  await expect(connectNats({ url: address.url }, { name: 'test' })).rejects.toMatchObject({
    code: 'DAFFI_SERVER_AUTH',
  })
  await Promise.all([server.close(), server.close()])
  await server.close()
  expect((await readdir(state)).sort()).toEqual([
    '.gitignore',
    'jetstream',
    'nats-server.log',
    'nats-server.port',
  ])
  expect(await waitUntilGone(project)).toEqual([])
})

test('whoever comes later joins, and closing does not end what was joined', async () => {
  const project = await temporaryFolder()
  const server = await open(project)
  const joined = await open(project)
  expect(joined).toMatchObject({ owned: false, info: server.info, address: server.address })
  await joined.close()
  await (await connectNats(server.address, { name: 'test' })).close()
})

test.each(['SIGTERM', 'SIGKILL'] as const)(
  'who joined goes on with the server when its owner ends by %s, and connections follow',
  async (signal) => {
    const project = await temporaryFolder()
    const owner = startOwner(project)
    expect(await owner.opened).toMatchObject({ owned: true })
    const joined = await open(project)
    const connection = await connectNats(joined.address, { name: 'test' })
    onTestFinished(() => connection.close())
    const first = serverPid(project)
    owner.process.kill(signal)
    await waitUntil(() => ![0, first].includes(serverPid(project)))
    await waitUntil(() =>
      connection.flush().then(
        () => true,
        () => false,
      ),
    )
    await (await connectNats(joined.address, { name: 'test' })).close()
    await joined.close()
    expect(await waitUntilGone(project)).toEqual([])
  },
)

test('two starters at once: one runs the server, the other joins it', async () => {
  const project = await temporaryFolder()
  const opened = await Promise.all([startOwner(project), startOwner(project)].map(({ opened }) => opened))
  expect(opened.map(({ owned }) => owned).sort()).toEqual([false, true])
  expect(opened[0]?.url).toBe(opened[1]?.url)
})

test('who waits behind a starter that is killed takes over', async () => {
  const project = await temporaryFolder()
  const slow = join(await temporaryFolder(), 'slow-server')
  await writeProgram(slow, 'case $1 in --version) echo "nats-server: v2.14.0";; *) exec sleep 1000;; esac')
  const first = startOwner(project, { NATS_SERVER_PATH: slow })
  first.opened.catch(() => undefined)
  await waitUntil(async () => (await readdir(project)).includes('.daffi'))
  await waitUntil(async () => (await readdir(join(project, '.daffi'))).includes('nats-server.conf'))
  const second = open(project)
  first.process.kill('SIGKILL')
  expect(await second).toMatchObject({ owned: true })
})

test('a stale state file that names another’s server is not joined but replaced', async () => {
  const project = await temporaryFolder()
  const other = await open(await temporaryFolder())
  await mkdir(join(project, '.daffi'))
  const stale = { url: other.address.url, token: 'stale', pid: process.pid, version: '2.14.0' }
  await writeFile(join(project, '.daffi', 'server.json'), JSON.stringify(stale), { mode: 0o600 })
  await writeFile(join(project, '.daffi', 'nats-server.pid'), String(process.pid))
  const server = await open(project)
  expect(server.owned).toBe(true)
  expect(server.address.url).not.toBe(other.address.url)
})

test('who waits gets the server that somebody else runs later, and says that it waits', async () => {
  const project = await temporaryFolder()
  const { log, lines } = keptLog()
  const waiting = open(project, { absent: 'wait', log })
  await waitUntil(() => lines.length > 0)
  const server = await open(project)
  expect(await waiting).toMatchObject({ owned: false, address: server.address })
  expect(lines).toEqual([expect.stringContaining('waiting for a server')])
})

test('who waits in vain is told so', async () => {
  const project = await temporaryFolder()
  await expect(open(project, { absent: 'wait', timeoutMs: 50 })).rejects.toMatchObject({
    code: 'DAFFI_NO_SERVER',
    message: `no server in ${project} within 50 ms`,
  })
})

test('a server named by URL is joined, and nothing is run', async () => {
  const project = await temporaryFolder()
  const named = await startNatsServer(['-js', '-sd', await temporaryFolder(), '--auth', 'secret'])
  const url = named.replace('nats://', 'nats://secret@')
  const server = await open(project, { server: { url } })
  expect(server).toMatchObject({ owned: false, info: { url: named, embedded: false, version: '2.14.0' } })
  await (await connectNats(server.address, { name: 'test' })).close()
  expect(await readdir(project)).toEqual([])
  await expect(open(project, { server: { url: url.replace('secret', 'wrong') } })).rejects.toMatchObject({
    code: 'DAFFI_SERVER_AUTH',
    message: expect.not.stringContaining('wrong') as string,
  })
})

test('a state file that others may read is not believed', async () => {
  const project = await temporaryFolder()
  await open(project)
  await chmod(join(project, '.daffi', 'server.json'), 0o644)
  await expect(open(project, { absent: 'wait', timeoutMs: 300 })).rejects.toMatchObject({
    code: 'DAFFI_NO_SERVER',
  })
})
