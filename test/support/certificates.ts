import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { generate } from 'selfsigned'
import { temporaryFolder } from './temporary.js'

const DAY_MS = 24 * 3600 * 1000

export interface PemFiles {
  cert: string
  key: string
}

export interface Authority {
  /** Path of its own certificate. */
  ca: string
  /** Files of a certificate that it has signed, for a server of that host name, or for a client. */
  issue: (options: { host?: string; expired?: boolean }) => Promise<PemFiles>
}

/** A certificate authority of the test's own. */
export async function certificateAuthority(): Promise<Authority> {
  const folder = await temporaryFolder()
  const root = await generate([{ name: 'commonName', value: 'daffi test authority' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  })
  const ca = join(folder, 'ca.pem')
  await writeFile(ca, root.cert)
  let issued = 0
  return {
    ca,
    async issue({ host = 'client', expired = false }) {
      const now = Date.now()
      const { cert, private: key } = await generate([{ name: 'commonName', value: host }], {
        keyType: 'ec',
        algorithm: 'sha256',
        notBeforeDate: new Date(now - 2 * DAY_MS),
        notAfterDate: new Date(expired ? now - DAY_MS : now + DAY_MS),
        ca: { key: root.private, cert: root.cert },
        extensions: [
          { name: 'basicConstraints', cA: false },
          { name: 'keyUsage', digitalSignature: true, critical: true },
          { name: 'extKeyUsage', serverAuth: true, clientAuth: true },
          { name: 'subjectAltName', altNames: [nameOf(host)] },
        ],
      })
      const name = join(folder, `${++issued}`)
      const files = { cert: `${name}.cert.pem`, key: `${name}.key.pem` }
      await writeFile(files.cert, cert)
      await writeFile(files.key, key, { mode: 0o600 })
      return files
    },
  }
}

const nameOf = (host: string) =>
  /^[\d.]+$/.test(host) ? ({ type: 7, ip: host } as const) : ({ type: 2, value: host } as const)
