import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { createServer } from 'node:tls'
import { expect, onTestFinished, test } from 'vitest'
import { writeState } from '../../../src/runtime/nats/address/state.js'
import { makeCertificate } from '../../../src/runtime/nats/embedded/certificate.js'
import { EmbeddedServer } from '../../../src/runtime/nats/embedded/embedded-server.js'
import { connectNats, readState } from '../../../src/runtime/nats/index.js'
import { keptLog } from '../../support/kept-log.js'
import { serverPid } from '../../support/project-server.js'
import { INFO, listenAsServer } from '../../support/stranger.js'
import { temporaryFolder } from '../../support/temporary.js'
import { waitUntil } from '../../support/wait.js'

async function start(project: string): Promise<EmbeddedServer> {
  const server = await EmbeddedServer.start({ project, log: keptLog().log, proof: 'certificate' })
  onTestFinished(() => server.close())
  return server
}

test('a certificate is for 127.0.0.1 only, signed by itself, and no two are the same', () => {
  const made = [makeCertificate(), makeCertificate()].map(
    ({ certificate }) => new X509Certificate(certificate),
  )
  for (const certificate of made) {
    expect(certificate.verify(certificate.publicKey)).toBe(true)
    expect(certificate.checkIssued(certificate)).toBe(true)
    expect(certificate.checkIP('127.0.0.1')).toBe('127.0.0.1')
    expect(certificate.checkIP('127.0.0.2')).toBeUndefined()
    expect(certificate.checkHost('localhost')).toBeUndefined()
    expect(new Date(certificate.validTo).getUTCFullYear()).toBe(9999)
  }
  expect(new Set(made.map(({ serialNumber }) => serialNumber)).size).toBe(2)
})

test('where sockets cannot be seen, clients know the server by the certificate of its state file', async () => {
  const project = await temporaryFolder()
  const { address } = await start(project)
  const { log, lines } = keptLog()
  const nc = await connectNats(address, { name: 'test', log })
  onTestFinished(() => nc.close())
  const before = readState(project)
  expect(before?.certificate).toContain('BEGIN CERTIFICATE')
  for (const file of ['nats-server.key', 'nats-server.crt', 'server.json'])
    expect((await stat(join(project, '.daffi', file))).mode & 0o777).toBe(0o600)

  process.kill(serverPid(project), 'SIGKILL')
  await waitUntil(() => lines.includes('the NATS server is back'))
  const after = readState(project)
  expect(after?.certificate).not.toBe(before?.certificate)
  expect(after?.token).not.toBe(before?.token)
  nc.subscribe('echo', { callback: (_, message) => void message.respond(message.data) })
  expect((await nc.request('echo', 'x')).string()).toBe('x')
})

test('a server without that certificate is told nothing: one without TLS, or with another certificate', async () => {
  const project = await temporaryFolder()
  const server = await start(project)
  const state = readState(project)
  if (!state) throw new Error('there is no state file')
  await server.close()
  const connecting = (): Promise<unknown> => connectNats({ url: '', project }, { name: 'test' })

  const plain = await listenAsServer({
    greeting: `INFO ${JSON.stringify({ ...INFO, tls_verify: true })}\r\n`,
  })
  await writeState(project, { ...state, url: `nats://127.0.0.1:${plain.port}` })
  await expect(connecting()).rejects.toMatchObject({ code: expect.stringMatching(/^DAFFI_/) as string })
  expect(plain.connections()).toBe(1)
  expect(plain.heard()).not.toContain('CONNECT')

  const { certificate, key } = makeCertificate()
  let heard = ''
  const other = createServer({ cert: certificate, key }, (socket) => {
    socket.on('data', (data: Buffer) => (heard += data.toString()))
    socket.on('error', () => socket.destroy())
    socket.write(`INFO ${JSON.stringify(INFO)}\r\n`)
  }).listen(0, '127.0.0.1')
  await once(other, 'listening')
  onTestFinished(() => void other.close())
  const refused = once(other, 'tlsClientError')
  await writeState(project, {
    ...state,
    url: `nats://127.0.0.1:${(other.address() as { port: number }).port}`,
  })
  await expect(connecting()).rejects.toMatchObject({ code: expect.stringMatching(/^DAFFI_/) as string })
  await refused
  expect(heard).toBe('')
})
