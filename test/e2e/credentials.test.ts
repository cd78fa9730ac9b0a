import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { runDaffi } from '../support/daffi.js'
import { temporaryProject } from '../support/temporary.js'

const INFO = {
  server_id: 'x',
  version: '2.14.0',
  proto: 1,
  headers: true,
  auth_required: true,
  max_payload: 1_048_576,
}
const SECRET = 'token-of-the-environment'

/** Says that it is a NATS server, keeps what clients say, and refuses them all. */
async function startListener(): Promise<{ url: string; heard: () => string }> {
  let heard = ''
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy())
    socket.write(`INFO ${JSON.stringify(INFO)}\r\n`)
    socket.on('data', (data) => {
      heard += String(data)
      if (data.includes('PING')) socket.end("-ERR 'Authorization Violation'\r\n")
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return { url: `nats://127.0.0.1:${(server.address() as AddressInfo).port}`, heard: () => heard }
}

const project = (server: string) =>
  temporaryProject({
    'pipeline.yaml': `
name: shop
server: ${server}
callbacks: ./callbacks
nodes:
  till: { callbacks: [add] }
`,
    'callbacks/add.ts': 'export default (a: number, b: number) => a + b',
  })

const COMMANDS = [
  ['up'],
  ['node', '--name', 'till'],
  ['view'],
  ['call', 'add', '1', '2'],
  ['dead', 'list'],
  ['dead', 'replay', '--all'],
  ['schedule', 'list'],
  ['schedule', 'cancel', 'x'],
  ['replay', 'ledger', '--from', '0'],
]

test.each(COMMANDS)('%s %s: no credentials of the environment for a server of the file', async (...args) => {
  const { url, heard } = await startListener()
  const cwd = await project(`{ url: '${url}' }`)
  const env = { NATS_TOKEN: SECRET, NATS_CREDS: SECRET, NATS_USER: SECRET, NATS_PASSWORD: SECRET }
  const { stdout, exitCode } = await runDaffi([...args.filter(Boolean), '--json'], { cwd, env })
  const result = JSON.parse(stdout) as { error: { code: string; next: string } }
  expect(result.error).toMatchObject({
    code: 'DAFFI_SERVER_AUTH',
    next: expect.stringContaining('such as server.token: ${NATS_TOKEN}') as string,
  })
  expect(exitCode).toBe(1)
  expect(heard()).toMatch(/^CONNECT /)
  expect(heard()).not.toContain(SECRET)
})

test('what the file gives goes to the server of the file', async () => {
  const { url, heard } = await startListener()
  const cwd = await project(`{ url: '${url}', token: '\${NATS_TOKEN}' }`)
  const { stderr } = await runDaffi(['dead', 'list'], { cwd, env: { NATS_TOKEN: SECRET } })
  expect(heard()).toContain(SECRET)
  expect(stderr).not.toContain(SECRET)
})

test.each([
  ['--server', (url: string) => ({ args: ['--server', url], env: {} })],
  ['NATS_URL', (url: string) => ({ args: [], env: { NATS_URL: url } })],
])(
  'a token of the environment goes to the server of %s, and the one of the file does not',
  async (_, name) => {
    const { url, heard } = await startListener()
    const cwd = await project(`{ url: 'nats://127.0.0.1:1', token: token-of-the-file }`)
    const { args, env } = name(url)
    await runDaffi(['dead', 'list', ...args], { cwd, env: { ...env, NATS_TOKEN: SECRET } })
    expect(heard()).toContain(SECRET)
    expect(heard()).not.toContain('token-of-the-file')
  },
)

test.each([['up'], ['call', 'add', '1'], ['ps'], ['doctor']])(
  '%s: a certificate without its key is wrong usage, where a server is named; one may be a flag, one a variable',
  async (...args) => {
    const cwd = await project("{ url: '' }")
    const run = async (env: Record<string, string>, ...flags: string[]) => {
      const { exitCode, stdout } = await runDaffi([...args, ...flags, '--json'], { cwd, env })
      return { exitCode, value: JSON.parse(stdout) as unknown }
    }
    const url = 'tls://127.0.0.1:1'
    const refused = (message: string) => ({ exitCode: 2, value: { error: { code: 'DAFFI_USAGE', message } } })
    expect(await run({ NATS_URL: url, NATS_CERT: 'cert.pem' })).toMatchObject(
      refused('NATS_CERT needs NATS_KEY'),
    )
    expect(await run({ NATS_URL: url, NATS_CERT: '', NATS_KEY: 'key.pem' })).toMatchObject(
      refused('NATS_KEY needs NATS_CERT'),
    )
    const given = ['--server', url, '--tls-cert', 'cert.pem']
    expect(await run({ NATS_CERT: 'cert.pem' }, ...given)).toMatchObject(
      refused('--tls-cert needs --tls-key'),
    )
    expect(await run({ NATS_KEY: 'key.pem' }, ...given)).not.toMatchObject({ exitCode: 2 })
  },
)

test('doctor and lint do not ask a server that only a file names', async () => {
  const { url, heard } = await startListener()
  const cwd = await project(`{ url: '${url}' }`)
  for (const command of ['doctor', 'lint', 'graph'])
    await runDaffi([command], { cwd, env: { NATS_TOKEN: SECRET } })
  expect(heard()).toBe('')
})
