import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { connectNats, openServer, readState } from '../../src/runtime/nats/index.js'
import { runDaffi, startDaffi } from '../support/daffi.js'
import { keptLog } from '../support/kept-log.js'
import { waitUntilGone } from '../support/leaks.js'
import { temporaryProject } from '../support/temporary.js'

const URL_LINE = /nats-server \S+ runs at (nats:\/\/\S+)/

test.each(['SIGINT', 'SIGTERM'] as const)('daffi server runs until %s, and ends with 0', async (signal) => {
  const cwd = await temporaryProject()
  const server = startDaffi(['server'], { cwd })
  const [, url = ''] = URL_LINE.exec(await server.waitForLine(URL_LINE)) ?? []
  const connection = await connectNats({ url, token: readState(cwd)?.token ?? '' }, { name: 'test' })
  await connection.close()
  server.kill(signal)
  expect(await server.exited).toMatchObject({ exitCode: 0, stdout: `nats-server 2.14.0 runs at ${url}` })
  expect(await waitUntilGone(cwd)).toEqual([])
  expect(await readdir(join(cwd, '.daffi'))).not.toContain('server.json')
})

test('a pipeline file says whose server is meant', async () => {
  const cwd = await temporaryProject({ 'other/package.json': '{}', 'other/pipeline.yaml': '' })
  const server = startDaffi(['server', 'other/pipeline.yaml'], { cwd })
  await server.waitForLine(URL_LINE)
  expect(readState(join(cwd, 'other'))).toBeDefined()
  expect(readState(cwd)).toBeUndefined()
  server.kill('SIGTERM')
  await server.exited
})

test('with --json it prints one object, at its end', async () => {
  const cwd = await temporaryProject()
  const server = startDaffi(['server', '--json'], { cwd })
  await openServer({ project: cwd, absent: 'wait', log: keptLog().log })
  server.kill('SIGTERM')
  const { exitCode, stdout } = await server.exited
  expect(exitCode).toBe(0)
  expect(JSON.parse(stdout)).toEqual({
    url: expect.stringMatching(/^nats:\/\/127\.0\.0\.1:\d+$/) as string,
    embedded: true,
    version: '2.14.0',
    owned: true,
  })
})

test('a second one says that the first one runs; it does not take another port', async () => {
  const cwd = await temporaryProject()
  const first = startDaffi(['server'], { cwd })
  const [, url = ''] = URL_LINE.exec(await first.waitForLine(URL_LINE)) ?? []
  expect(await runDaffi(['server'], { cwd })).toMatchObject({
    exitCode: 0,
    stdout: `nats-server 2.14.0 runs already at ${url}`,
  })
  const { exitCode, stderr } = await runDaffi(['server', '--port', '1'], { cwd })
  expect(exitCode).toBe(2)
  expect(stderr).toContain(url)
})

test('a port that is taken is said so, and nothing is left', async () => {
  const cwd = await temporaryProject()
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  onTestFinished(() => void other.close())
  const { port } = other.address() as AddressInfo
  const { exitCode, stdout } = await runDaffi(['server', '--port', String(port), '--json'], { cwd })
  expect(exitCode).toBe(1)
  expect(JSON.parse(stdout)).toMatchObject({
    error: { code: 'DAFFI_PORT_TAKEN', message: expect.stringContaining(String(port)) as string },
  })
})

test('the server is gone soon after its command was killed, and starts over on the same port', async () => {
  const cwd = await temporaryProject()
  const killed = startDaffi(['server'], { cwd })
  const line = await killed.waitForLine(URL_LINE)
  killed.kill('SIGKILL')
  await killed.exited
  const next = startDaffi(['server'], { cwd })
  expect(await next.waitForLine(URL_LINE)).toBe(line)
  expect(await readFile(join(cwd, '.daffi', 'nats-server.log'), 'utf8')).toContain('Server is ready')
})
