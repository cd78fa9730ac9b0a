import { readFile } from 'node:fs/promises'
import {
  credsAuthenticator,
  tokenAuthenticator,
  usernamePasswordAuthenticator,
  type Authenticator,
} from '@nats-io/transport-node'
import { DaffiError } from '../../core/errors.js'
import type { ServerAddress } from '../address/server-address.js'

/**
 * The client's authenticators for an address: for the credentials file, the token, or user and password.
 * @param currentToken called at every connect, since a project's server gets a new token when it is restarted by a new owner
 * @throws DaffiError DAFFI_SERVER_AUTH when the credentials file cannot be used
 */
export async function authenticators(
  address: ServerAddress,
  currentToken: () => string,
): Promise<Authenticator[]> {
  const { token, user, password, credentials } = address
  if (credentials !== undefined) return [await readCredentials(credentials)]
  if (token !== undefined) return [tokenAuthenticator(currentToken)]
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
