import { DaffiError } from '../../core/errors.js'
import { isAtLeast } from '../../core/text/version.js'

/** The first server that has intervals and cron. */
const LEAST_VERSION = '2.14.0'

/**
 * An older server may take a schedule all the same, and never fire.
 * @throws DaffiError DAFFI_SERVER_TOO_OLD
 */
export function requireSchedules(version: string): void {
  if (isAtLeast(version, LEAST_VERSION)) return
  throw new DaffiError(
    'DAFFI_SERVER_TOO_OLD',
    `PERIOD needs a NATS server of version ${LEAST_VERSION} or later; this one is ${version}`,
    {
      next: `Use nats-server ${LEAST_VERSION} or later; where daffi finds none, it fetches one that will do.`,
    },
  )
}
