import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { TlsOptions } from '../../../src/runtime/core/plan/server-choice.js'
import { openServer, type ServerHandle } from '../../../src/runtime/nats/index.js'
import { certificateAuthority, type Authority, type PemFiles } from '../../support/certificates.js'
import { keptLog } from '../../support/kept-log.js'
import { startNatsServer } from '../../support/nats-server.js'
import { temporaryFolder } from '../../support/temporary.js'

const HOST = '127.0.0.1'

/** A server that has that certificate, and asks clients for theirs when it has an authority for them. */
async function startTlsServer({ cert, key }: PemFiles, clients?: Authority): Promise<string> {
  const verify = clients ? ['--tlsverify', '--tlscacert', clients.ca] : []
  const store = ['-js', '-sd', await temporaryFolder()]
  const url = await startNatsServer([...store, '--tls', '--tlscert', cert, '--tlskey', key, ...verify])
  return url.replace(/^\w+:/, 'tls:')
}

const open = async (url: string, tls?: TlsOptions): Promise<ServerHandle> =>
  openServer({
    project: await temporaryFolder(),
    server: { url, ...(tls && { tls }) },
    absent: 'wait',
    log: keptLog().log,
  })

const refused = (message: RegExp) => ({
  code: 'DAFFI_SERVER_TLS',
  message: expect.stringMatching(message) as string,
  next: expect.stringContaining('--tls-ca') as string,
})

test('a server with a certificate of a private authority, which asks clients for theirs', async () => {
  const authority = await certificateAuthority()
  const url = await startTlsServer(await authority.issue({ host: HOST }), authority)
  const tls = { ca: authority.ca, ...(await authority.issue({})) }
  expect((await open(url, tls)).info).toMatchObject({ url, embedded: false })
  const plain = url.replace('tls:', 'nats:')
  expect((await open(plain, tls)).info).toMatchObject({ url: plain })
})

test('a server that cannot be trusted is not spoken to', async () => {
  const authority = await certificateAuthority()
  const { ca } = authority
  const good = await startTlsServer(await authority.issue({ host: HOST }))
  await expect(open(good)).rejects.toMatchObject(refused(/unable to verify the first certificate$/))
  const other = await certificateAuthority()
  await expect(open(good, { ca: other.ca })).rejects.toMatchObject(refused(/certificate/))
  const expired = await startTlsServer(await authority.issue({ host: HOST, expired: true }))
  await expect(open(expired, { ca })).rejects.toMatchObject(refused(/certificate has expired$/))
  for (const host of ['nats.example.com', 'localhost', '127.0.0.2']) {
    const elsewhere = await startTlsServer(await authority.issue({ host }))
    await expect(open(elsewhere, { ca })).rejects.toMatchObject(
      refused(/IP: 127\.0\.0\.1 is not in the cert/),
    )
  }
})

test('a name is compared with the certificate as a name', async () => {
  const authority = await certificateAuthority()
  const url = await startTlsServer(await authority.issue({ host: 'localhost' }))
  const named = url.replace(HOST, 'localhost')
  expect((await open(named, { ca: authority.ca })).info.url).toBe(named)
})

test('a client without a certificate, or with one of another authority, is told so', async () => {
  const authority = await certificateAuthority()
  const other = await certificateAuthority()
  const url = await startTlsServer(await authority.issue({ host: HOST }), authority)
  const { ca } = authority
  const none = expect(open(url, { ca })).rejects.toMatchObject(refused(/alert certificate required/))
  const foreign = expect(open(url, { ca, ...(await other.issue({})) })).rejects.toMatchObject(
    refused(/alert/),
  )
  await Promise.all([none, foreign])
})

test('tls:// demands TLS', async () => {
  const url = await startNatsServer(['-js', '-sd', await temporaryFolder()])
  await expect(open(url.replace('nats:', 'tls:'))).rejects.toMatchObject(refused(/does not support 'tls'$/))
})

test('files that cannot be used are named', async () => {
  const folder = await temporaryFolder()
  const { ca, issue } = await certificateAuthority()
  const { cert } = await issue({})
  const text = join(folder, 'notes.txt')
  await writeFile(text, 'no certificate')
  const url = 'tls://127.0.0.1:1'
  await expect(open(url, { ca: '/nowhere.pem' })).rejects.toMatchObject(
    refused(/^\/nowhere\.pem cannot be read/),
  )
  await expect(open(url, { ca: text })).rejects.toMatchObject(refused(/notes\.txt holds no certificate/))
  await expect(open(url, { ca, cert, key: cert })).rejects.toMatchObject(
    refused(/cert\.pem holds no private key/),
  )
})
