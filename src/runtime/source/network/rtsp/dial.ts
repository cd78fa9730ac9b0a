import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { NetworkPlan } from '../../../core/plan/plan.js'
import { connectionFailure } from '../network-failure.js'
import { tlsOptions } from '../tls.js'
import { hostOf, portOf, usesTls } from '../url.js'

/**
 * Connects to an RTSP server, by TLS for `rtsps`. Errors of the connection before its owner listens are seen by its end alone.
 * @throws NetworkFailure
 */
export async function dial(
  url: URL,
  { tls, signal }: Pick<NetworkPlan, 'tls'> & { signal: AbortSignal },
): Promise<Socket> {
  let socket: Socket | undefined
  try {
    const port = portOf(url)
    signal.throwIfAborted()
    const secure = usesTls(url)
    socket = secure
      ? connectTls({ ...(await tlsOptions(tls, hostOf(url))), port })
      : connect({ host: hostOf(url), port })
    socket.on('error', () => undefined)
    await once(socket, secure ? 'secureConnect' : 'connect', { signal })
    return socket.setNoDelay(true)
  } catch (error) {
    socket?.destroy()
    throw connectionFailure(url.host, error)
  }
}
