import { DaffiError } from '../core/errors.js'
import type { ServerAddress } from './address.js'
import { connectNats } from './connect.js'
import type { ServerHandle } from './handle.js'
import { ownerIsReady } from './lock.js'
import { addressOf, readState } from './state.js'

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

/** Connects once, to see that the server can be worked with. */
export async function join(
  address: ServerAddress,
  embedded: boolean,
  signal: AbortSignal,
): Promise<ServerHandle> {
  const connection = await connectNats(address, { name: 'daffi', signal })
  const version = connection.info?.version ?? ''
  await connection.close()
  return {
    address,
    info: { url: address.url, embedded, version },
    owned: false,
    failed: new Promise(() => undefined),
    close: () => Promise.resolve(),
  }
}
