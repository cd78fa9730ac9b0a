import { DaffiError } from '../../core/errors.js'
import { isAtLeast } from '../../core/text/version.js'

/** The first version of the server that has intervals and cron. */
const MIN_VERSION = '2.14.0'

/**
 * Refuses servers that have no schedules: an older one may store a schedule all the same, and never fire.
 * @throws DaffiError DAFFI_SERVER_TOO_OLD
 */
export function requireSchedules(version: string): void {
  if (isAtLeast(version, MIN_VERSION)) return
  throw new DaffiError(
    'DAFFI_SERVER_TOO_OLD',
    `PERIOD needs a NATS server of version ${MIN_VERSION} or later; this one is ${version}`,
    {
      next: `Use nats-server ${MIN_VERSION} or later; where daffi finds none, it fetches one that will do.`,
    },
  )
}
