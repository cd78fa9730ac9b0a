import { readFile } from 'node:fs/promises'
import {
  credsAuthenticator,
  tokenAuthenticator,
  usernamePasswordAuthenticator,
  type Authenticator,
  type NodeConnectionOptions,
} from '@nats-io/transport-node'
import { DaffiError } from '../../core/errors.js'
import type { ServerAddress } from '../address/server-address.js'
import { clientTls } from './tls.js'

/**
 * The client's options for a server that the user has named.
 * @throws DaffiError DAFFI_SERVER_AUTH when the credentials file cannot be used, DAFFI_SERVER_TLS when a PEM file cannot
 */
export async function namedServerOptions(address: ServerAddress): Promise<NodeConnectionOptions> {
  return {
    servers: address.url.split(','),
    authenticator: await authenticators(address),
    ...(address.inboxPrefix === undefined ? {} : { inboxPrefix: address.inboxPrefix }),
    ...(address.tls ? { tls: await clientTls(address.tls, address.url) } : {}),
  }
}

async function authenticators(address: ServerAddress): Promise<Authenticator[]> {
  const { token, user, password, credentials } = address
  if (credentials !== undefined) return [await readCredentials(credentials)]
  if (token !== undefined) return [tokenAuthenticator(token)]
  return user === undefined ? [] : [usernamePasswordAuthenticator(user, password)]
}

async function readCredentials(file: string): Promise<Authenticator> {
  try {
    const authenticator = credsAuthenticator(await readFile(file))
    authenticator('tried here, since the client hides the reason when the file is invalid')
    return authenticator
  } catch (cause) {
    throw new DaffiError('DAFFI_SERVER_AUTH', `${file} cannot be used as a credentials file`, { cause })
  }
}
