import { Global } from 'daffi'
import { expect, onTestFinished, test, vi } from 'vitest'

const server = 'tls://127.0.0.1:1'

test('a certificate without its key, and a key without its certificate, are wrong usage', async () => {
  const refused = (message: string) => ({ code: 'DAFFI_USAGE', message })
  const connect = (tls?: { cert?: string; key?: string }) =>
    Global.connect({ pipeline: 'shop', server, ...(tls && { tls }) })
  await expect(connect({ cert: 'cert.pem' })).rejects.toMatchObject(refused('tls.cert needs tls.key'))
  await expect(connect({ key: 'key.pem' })).rejects.toMatchObject(refused('tls.key needs tls.cert'))
  vi.stubEnv('NATS_CERT', 'cert.pem')
  onTestFinished(() => void vi.unstubAllEnvs())
  await expect(connect()).rejects.toMatchObject(refused('NATS_CERT needs NATS_KEY'))
})
