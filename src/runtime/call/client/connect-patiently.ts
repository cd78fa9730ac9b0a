import type { ErrorCode } from '../../core/error-codes.js'
import { DaffiError } from '../../core/errors.js'
import { bounded } from '../../core/timeout.js'
import { sleep } from '../../core/timer.js'
import type { JoinOptions } from './join-options.js'

/** Time for a server that is started again; after that the error is the caller's. */
const PATIENCE_MS = 15_000
const PAUSE_MS = 500

/** Error of a node that connects while its server ends or begins. */
const AWAY: readonly ErrorCode[] = ['DAFFI_NO_SERVER']
/** Errors of connecting to the project's own server meanwhile, which has another token after each start, and whose sockets may be gone. */
const OWN_AWAY: readonly ErrorCode[] = [...AWAY, 'DAFFI_SERVER_AUTH', 'DAFFI_SERVER_UNPROVEN']

/**
 * Connects, and tries again when the server goes away meanwhile: it was there, so it is being started again, as a node that is
 * connected would wait for it, too.
 * @param connect one attempt, which leaves nothing behind when it fails
 * @throws what the last attempt throws
 */
export async function connectPatiently<T>(
  connect: () => Promise<T>,
  { server, log, signal }: Pick<JoinOptions, 'server' | 'log' | 'signal'>,
): Promise<T> {
  const until = performance.now() + PATIENCE_MS
  const away: readonly string[] = server.address.project === undefined ? AWAY : OWN_AWAY
  for (;;) {
    try {
      return await connect()
    } catch (error) {
      const isAway = error instanceof DaffiError && away.includes(error.code)
      if (!isAway || signal?.aborted || performance.now() > until) throw error
      log.info(`${error.message}; trying again`)
      await bounded(sleep(PAUSE_MS, signal), { signal, what: `waiting for ${server.info.url}` })
    }
  }
}
