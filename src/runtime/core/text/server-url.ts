import { DaffiError } from '../errors.js'
import { percentDecoded } from './percent-decoded.js'
import { withoutUrlSecrets } from './secrets.js'

const DEFAULT_PORT = '4222'

/** The address in one or several URLs of servers, and the secrets that they held. */
export interface ParsedServerUrl {
  /** The URLs, separated by commas, without user, password or token. */
  url: string
  token?: string
  user?: string
  password?: string
  tls?: Record<string, never>
}

/**
 * Parses `nats://user:password@host:port`, `nats://token@host:port`, or several of these separated by commas. The result has
 * the URLs without secrets, and the secrets of the first URL that contains any.
 * @throws DaffiError DAFFI_USAGE for text that is not a NATS URL; the message does not contain the secrets
 */
export function parseServerUrl(text: string): ParsedServerUrl {
  const urls = text.split(',').map((each) => parseOne(each.trim(), text))
  const withUser = urls.find(({ username }) => username !== '')
  return {
    url: urls
      .map(({ protocol, hostname, port }) => `${protocol}//${hostname}:${port || DEFAULT_PORT}`)
      .join(','),
    ...(withUser ? secretsOf(withUser) : {}),
    ...(urls.some(({ protocol }) => protocol === 'tls:') ? { tls: {} } : {}),
  }
}

/**
 * Parses one of the URLs. Whatever stands behind the host is refused: there a password ends up that holds / ? or #.
 * @param whole text that is shown when it cannot be parsed: a comma may be one of a password
 */
function parseOne(text: string, whole: string): URL {
  const withScheme = hasScheme(text) ? text : `nats://${text}`
  const url = URL.canParse(withScheme) ? new URL(withScheme) : undefined
  const rest = url ? url.pathname + url.search + url.hash : ''
  if (url && ['nats:', 'tls:'].includes(url.protocol) && url.hostname !== '' && ['', '/'].includes(rest))
    return url
  const shown = withoutUrlSecrets(hasScheme(whole) ? whole : `nats://${whole}`)
  throw new DaffiError('DAFFI_USAGE', `${JSON.stringify(shown)} is not the URL of a NATS server`, {
    next: whole.includes('@')
      ? 'Its port is 65535 at most. In user and password, write / as %2F, ? as %3F, # as %23, an at sign as %40, a comma as %2C, a space as %20 and % as %25.'
      : 'Write it as nats://host:port or tls://host:port.',
  })
}

function hasScheme(text: string): boolean {
  return /^[a-z]+:\/\//i.test(text)
}

function secretsOf({ username, password }: URL): Pick<ParsedServerUrl, 'token' | 'user' | 'password'> {
  const user = percentDecoded(username) ?? username
  return password === '' ? { token: user } : { user, password: percentDecoded(password) ?? password }
}
