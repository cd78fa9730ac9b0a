import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createConnection, isIP, type Socket } from 'node:net'
import { connect } from 'node:tls'
import type { TlsOptions } from '../../core/plan/server-choice.js'
import { bounded } from '../../core/timeout.js'
import { identityCheck } from './tls.js'

const PROBE_MS = 3000

/**
 * The error by which a server ends a TLS connection right after the handshake, as it does with clients whose certificate it
 * does not accept; undefined when it does not. The NATS client misses it, and reports that nothing was answered.
 */
export async function probeTls(url: string, tls: TlsOptions): Promise<Error | undefined> {
  const { hostname, port } = new URL(url)
  const host = hostname.replace(/^\[|\]$/g, '')
  const socket = createConnection(Number(port), host)
  try {
    return await bounded(refusal(socket, host, tls), { timeoutMs: PROBE_MS, what: 'asking for the reason' })
  } catch {
    return undefined
  } finally {
    socket.destroy()
  }
}

async function refusal(socket: Socket, host: string, tls: TlsOptions): Promise<Error | undefined> {
  // The server begins, with its INFO; what follows is TLS.
  const [info] = (await once(socket, 'data')) as [Buffer]
  if (!info.includes('"tls_required":true')) return undefined
  const read = async (path: string | undefined): Promise<Buffer | undefined> =>
    path === undefined ? undefined : await readFile(path)
  const secure = connect({
    socket,
    ca: await read(tls.ca),
    cert: await read(tls.cert),
    key: await read(tls.key),
    ...(isIP(host) === 0 ? { servername: host } : {}),
    checkServerIdentity: identityCheck([host]),
  })
  return await new Promise<Error | undefined>((resolve) => {
    secure.once('error', resolve)
    secure.once('close', () => resolve(undefined))
    secure.resume()
  })
}
