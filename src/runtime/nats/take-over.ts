import { deferred } from '../core/deferred.js'
import { DaffiError } from '../core/errors.js'
import { asError } from '../core/thrown/read-thrown.js'
import type { EmbeddedServerOptions } from './embedded/embedded-server.js'
import { ownerHasLeft } from './embedded/lock.js'
import type { ServerHandle } from './handle.js'
import { runOwn } from './run-own.js'

/**
 * A joined server of the project that this process runs itself as soon as the process that runs it has ended, in whatever way. The
 * connections of all processes of the project follow it, as they follow a server that was restarted.
 */
export function takenOver(joined: ServerHandle, options: EmbeddedServerOptions): ServerHandle {
  const closing = new AbortController()
  const failed = deferred<DaffiError>()
  const taking = takeOver(options, closing.signal).then(
    (own) => {
      void own.failed.then(failed.resolve)
      return own
    },
    (error: unknown) => {
      if (!closing.signal.aborted) failed.resolve(serverFailure(error))
      return undefined
    },
  )
  return {
    ...joined,
    failed: failed.promise,
    async close() {
      closing.abort()
      await (await taking)?.close()
    },
  }
}

/** @throws DAFFI_ABORTED, and those of running a server */
async function takeOver(options: EmbeddedServerOptions, signal: AbortSignal): Promise<ServerHandle> {
  const { project, log } = options
  for (;;) {
    await ownerHasLeft(project, signal)
    const own = await runOwn(options, signal)
    if (own) {
      log.info('the process that ran nats-server has ended; it is run by this one now')
      return own
    }
  }
}

function serverFailure(error: unknown): DaffiError {
  if (error instanceof DaffiError) return error
  const cause = asError(error)
  return new DaffiError('DAFFI_SERVER_FAILED', cause.message, { cause })
}
