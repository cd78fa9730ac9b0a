import { resolve } from 'node:path'
import type { ServerChoice, TlsOptions } from '../../core/plan/server-choice.js'
import { inboxPrefix } from './inbox-prefix.js'
import type { ServerAddress } from './server-address.js'
import { parseServerUrl } from '../../core/text/server-url.js'

/**
 * The address of a server that is not the project's own. Its paths are absolute, since processes with other working folders get it.
 * @param pipeline that is to be joined there
 * @throws DaffiError DAFFI_USAGE for text that is not a NATS URL
 */
export function namedAddress(
  { url, token, credentials, tls }: ServerChoice,
  pipeline: string | undefined,
): ServerAddress {
  return {
    ...parseServerUrl(url ?? ''),
    ...(token === undefined ? {} : { token }),
    ...(credentials === undefined ? {} : { credentials: resolve(credentials) }),
    ...(tls === undefined ? {} : { tls: absolute(tls) }),
    ...(pipeline === undefined ? {} : { inboxPrefix: inboxPrefix(pipeline) }),
  }
}

function absolute({ ca, cert, key }: TlsOptions): TlsOptions {
  return {
    ...(ca === undefined ? {} : { ca: resolve(ca) }),
    ...(cert === undefined ? {} : { cert: resolve(cert) }),
    ...(key === undefined ? {} : { key: resolve(key) }),
  }
}
