import { DaffiError } from '../core/errors.js'
import type { ServerAddress } from './address/server-address.js'
import { connectNats } from './connect/connect.js'
import type { ServerHandle } from './handle.js'
import { ownerIsReady, type WaitOptions } from './embedded/lock.js'
import { readState } from './address/state.js'

/** Errors that are to be expected while the owner restarts the server. */
const TRANSIENT_ERRORS: readonly string[] = ['DAFFI_NO_SERVER', 'DAFFI_SERVER_AUTH']

/**
 * Joins the server that another process of the project runs; undefined when there is none, or it does not answer.
 * @throws DaffiError DAFFI_NO_SERVER when it runs in another network namespace; DAFFI_SERVER_UNPROVEN
 */
export async function joinProjectServer(
  project: string,
  options: WaitOptions & { signal: AbortSignal },
): Promise<ServerHandle | undefined> {
  if (!(await ownerIsReady(project, options))) return undefined
  const state = readState(project)
  if (!state) return undefined
  try {
    return await join({ url: state.url, project }, true, options.signal)
  } catch (error) {
    if (error instanceof DaffiError && TRANSIENT_ERRORS.includes(error.code)) return undefined
    throw error
  }
}

/**
 * Connects once, to check that the server meets daffi's requirements.
 * @throws DaffiError DAFFI_SERVER_TOO_OLD, DAFFI_NO_JETSTREAM, and those of connecting
 */
export async function join(
  address: ServerAddress,
  embedded: boolean,
  signal: AbortSignal,
): Promise<ServerHandle> {
  const connection = await connectNats(address, { name: 'daffi', signal })
  try {
    // Imported only here: nodes get a server's address that has been checked, and need not load this.
    const { checkRequirements } = await import('./connect/requirements.js')
    await checkRequirements(connection, address.url)
    return {
      address,
      info: { url: address.url, embedded, version: connection.info?.version ?? '' },
      owned: false,
      failed: new Promise(() => undefined),
      close: () => Promise.resolve(),
    }
  } finally {
    await connection.close()
  }
}
