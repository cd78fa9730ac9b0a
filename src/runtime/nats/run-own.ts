import { acquireLock } from './embedded/lock.js'
import type { EmbeddedServerOptions } from './embedded/embedded-server.js'
import type { ServerHandle } from './handle.js'

/**
 * Runs the server of a project if this process gets the project's lock.
 * @throws DaffiError DAFFI_PORT_TAKEN, DAFFI_SERVER_FAILED, DAFFI_FOLDER_…, and those of `ensureBinary`
 */
export async function runOwn(
  options: EmbeddedServerOptions,
  signal: AbortSignal,
): Promise<ServerHandle | undefined> {
  const lock = await acquireLock(options.project)
  if (!lock) return undefined
  try {
    // Imported only by a process that runs a server.
    const { EmbeddedServer } = await import('./embedded/embedded-server.js')
    const server = await EmbeddedServer.start({ ...options, signal })
    lock.announce()
    const failed = server.failed.finally(() => lock.release())
    return {
      address: server.address,
      info: { url: server.address.url, embedded: true, version: server.version },
      owned: true,
      failed,
      async close() {
        await server.close()
        await lock.release()
      },
    }
  } catch (error) {
    await lock.release()
    throw error
  }
}
