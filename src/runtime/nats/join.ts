import { DaffiError } from '../core/errors.js'
import type { ServerAddress } from './address/server-address.js'
import { connectNats } from './connect/connect.js'
import type { ServerHandle } from './handle.js'
import { ownerIsReady } from './embedded/lock.js'
import { addressOf, readState } from './address/state.js'

/** What a server that its owner is just starting again may answer. */
const COMING_AND_GOING: string[] = ['DAFFI_NO_SERVER', 'DAFFI_SERVER_AUTH']

/** Joins the project's server that some process runs; undefined while there is none that answers. */
export async function joinProjectServer(
  project: string,
  signal: AbortSignal,
): Promise<ServerHandle | undefined> {
  if (!(await ownerIsReady(project, signal))) return undefined
  const state = readState(project)
  if (!state) return undefined
  try {
    return await join(addressOf(project, state), true, signal)
  } catch (error) {
    if (error instanceof DaffiError && COMING_AND_GOING.includes(error.code)) return undefined
    throw error
  }
}

/**
 * Connects once, to see that the server can be worked with.
 * @throws DaffiError DAFFI_SERVER_TOO_OLD, DAFFI_NO_JETSTREAM, and those of connecting
 */
export async function join(
  address: ServerAddress,
  embedded: boolean,
  signal: AbortSignal,
): Promise<ServerHandle> {
  const connection = await connectNats(address, { name: 'daffi', signal })
  try {
    // Loaded only here: who is told of a server has no use for it.
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
