import { jetstreamManager } from '@nats-io/jetstream'
import { jserrors } from '@nats-io/jetstream/internal'
import type { NatsConnection } from '@nats-io/transport-node'
import { DaffiError } from '../../core/errors.js'
import { isAtLeast } from '../../core/text/version.js'
import { connectError } from './connect-error.js'

const MIN_VERSION = '2.10.0'

/**
 * Checks that the server is recent enough and has JetStream.
 * @throws DaffiError DAFFI_SERVER_TOO_OLD, DAFFI_NO_JETSTREAM, DAFFI_NO_SERVER
 */
export async function checkRequirements(connection: NatsConnection, url: string): Promise<void> {
  const version = connection.info?.version ?? '0'
  if (!isAtLeast(version, MIN_VERSION)) {
    throw new DaffiError(
      'DAFFI_SERVER_TOO_OLD',
      `the NATS server at ${url} is version ${version}; daffi needs ${MIN_VERSION} or later`,
    )
  }
  try {
    await jetstreamManager(connection)
  } catch (cause) {
    if (!(cause instanceof jserrors.JetStreamNotEnabled)) throw connectError(url, cause)
    throw new DaffiError(
      'DAFFI_NO_JETSTREAM',
      `the NATS server at ${url} has no JetStream for this account`,
      { cause },
    )
  }
}
