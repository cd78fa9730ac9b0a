import { DaffiError } from '../../core/errors.js'
import { withoutUrlSecrets } from '../../core/text/secrets.js'
import type { ServerAddress } from './server-address.js'

const DEFAULT_PORT = '4222'

/**
 * Parses `nats://user:password@host:port`, `nats://token@host:port`, or several of these separated by commas. The result has
 * the URLs without secrets, and the secrets of the first URL that contains any.
 * @throws DaffiError DAFFI_USAGE for text that is not a NATS URL; the message does not contain the secrets
 */
export function parseServerUrl(
  text: string,
): Pick<ServerAddress, 'url' | 'token' | 'user' | 'password' | 'tls'> {
  const urls = text.split(',').map((each) => parseOne(each.trim()))
  const withUser = urls.find(({ username }) => username !== '')
  return {
    url: urls
      .map(({ protocol, hostname, port }) => `${protocol}//${hostname}:${port || DEFAULT_PORT}`)
      .join(','),
    ...(withUser ? secretsOf(withUser) : {}),
    ...(urls.some(({ protocol }) => protocol === 'tls:') ? { tls: {} } : {}),
  }
}

function parseOne(text: string): URL {
  const withScheme = /^[a-z]+:\/\//i.test(text) ? text : `nats://${text}`
  const url = URL.canParse(withScheme) ? new URL(withScheme) : undefined
  if (!url || !['nats:', 'tls:'].includes(url.protocol) || url.hostname === '') {
    throw new DaffiError(
      'DAFFI_USAGE',
      `${JSON.stringify(withoutUrlSecrets(withScheme))} is not the URL of a NATS server`,
      {
        next: 'Write it as nats://host:port or tls://host:port.',
      },
    )
  }
  return url
}

function secretsOf({ username, password }: URL): Pick<ServerAddress, 'token' | 'user' | 'password'> {
  const user = decodeURIComponent(username)
  return password === '' ? { token: user } : { user, password: decodeURIComponent(password) }
}
