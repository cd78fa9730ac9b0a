import { jetstreamManager } from '@nats-io/jetstream'
import { jserrors } from '@nats-io/jetstream/internal'
import type { NatsConnection } from '@nats-io/transport-node'
import { formatBytes, KIB } from '../../core/bytes.js'
import { DaffiError } from '../../core/errors.js'
import { isAtLeast } from '../../core/text/version.js'
import { connectError } from './connect-error.js'

const MIN_VERSION = '2.10.0'
/** Least max_payload, in bytes, into which every message of daffi's own fits, or can be divided. */
const MIN_PAYLOAD = 8 * KIB

/**
 * Checks that the server is recent enough, takes messages that are large enough, and has JetStream.
 * @throws DaffiError DAFFI_SERVER_TOO_OLD, DAFFI_PAYLOAD_TOO_SMALL, DAFFI_NO_JETSTREAM, DAFFI_NO_PERMISSION, DAFFI_NO_SERVER
 */
export async function checkRequirements(connection: NatsConnection, url: string): Promise<void> {
  const version = connection.info?.version ?? '0'
  if (!isAtLeast(version, MIN_VERSION)) {
    throw new DaffiError(
      'DAFFI_SERVER_TOO_OLD',
      `the NATS server at ${url} is version ${version}; daffi needs ${MIN_VERSION} or later`,
    )
  }
  const payload = connection.info?.max_payload ?? MIN_PAYLOAD
  if (payload < MIN_PAYLOAD)
    throw new DaffiError(
      'DAFFI_PAYLOAD_TOO_SMALL',
      `the NATS server at ${url} takes messages of ${formatBytes(payload)} only; daffi needs ${formatBytes(MIN_PAYLOAD)}`,
    )
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
