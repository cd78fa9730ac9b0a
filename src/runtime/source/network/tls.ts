import { readFile } from 'node:fs/promises'
import { isIP } from 'node:net'
import type { ConnectionOptions } from 'node:tls'
import { messageOf } from '../../core/errors.js'
import type { CameraTlsPlan } from '../../core/plan/plan.js'
import { NetworkFailure } from './network-failure.js'

/** Options of Node's TLS for a camera: its certificate is verified, with its host, unless the plan says otherwise. */
export async function tlsOptions({ ca, insecure }: CameraTlsPlan, host: string): Promise<ConnectionOptions> {
  return {
    host,
    ...(isIP(host) ? {} : { servername: host }),
    ...(ca === undefined ? {} : { ca: await readAuthorities(ca) }),
    rejectUnauthorized: !insecure,
  }
}

async function readAuthorities(path: string): Promise<Buffer> {
  try {
    return await readFile(path)
  } catch (error) {
    throw new NetworkFailure('DAFFI_SOURCE_FAILED', `the file in tls.ca cannot be read: ${messageOf(error)}`)
  }
}
