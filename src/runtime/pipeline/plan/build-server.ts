import type { ServerChoice, TlsOptions } from '../../core/plan/server-choice.js'
import { resolveFrom } from '../read/file-paths.js'
import type { ServerEntry } from '../schema/server.js'

/** The server that the file in `folder` names, with absolute paths. Empty text, as of an unset variable, counts as absent. */
export function buildServer({ url, token, credentials, tls }: ServerEntry, folder: string): ServerChoice {
  return {
    ...(url ? { url } : {}),
    ...(token ? { token } : {}),
    ...(credentials ? { credentials: resolveFrom(folder, credentials) } : {}),
    ...(tls ? { tls: buildTls(tls, folder) } : {}),
  }
}

function buildTls({ ca, cert, key }: NonNullable<ServerEntry['tls']>, folder: string): TlsOptions {
  return {
    ...(ca ? { ca: resolveFrom(folder, ca) } : {}),
    ...(cert ? { cert: resolveFrom(folder, cert) } : {}),
    ...(key ? { key: resolveFrom(folder, key) } : {}),
  }
}
