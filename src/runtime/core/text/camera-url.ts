import type { NetworkPlan } from '../plan/plan.js'
import { percentDecoded } from './percent-decoded.js'

/** Schemes of the URLs of network cameras, by kind of source. */
export const CAMERA_SCHEMES = { rtsp: ['rtsp', 'rtsps'], http: ['http', 'https'] } as const

/** User and password of a camera. */
export interface Credentials {
  user: string
  password: string
}

const ENCODED =
  'must have user and password percent-encoded: / as %2F, ? as %3F, # as %23, @ as %40, % as %25 and a blank as %20; an @ in its path or query is %40, too'

/** The fault of the URL of a camera, in words that can follow its name and hold nothing of it; undefined when nothing is. */
export function cameraUrlFault(kind: NetworkPlan['kind'], text: string): string | undefined {
  const scheme = CAMERA_SCHEMES[kind].find((each) => text.startsWith(`${each}://`))
  if (scheme === undefined) return wrongScheme(kind)
  const rest = text.slice(`${scheme}://`.length)
  const [authority = ''] = /^[^/?#\\]*/.exec(rest) ?? []
  const userinfo = authority.slice(0, Math.max(0, authority.lastIndexOf('@')))
  // What looks like host and port may be a user and the beginning of a password, and must not be looked up then.
  const isAmbiguous = rest.includes('@', authority.length) && /[@:]/.test(authority.replace(/\[.*\]$/, ''))
  if (isAmbiguous || /[\s\p{Cc}]/u.test(userinfo)) return ENCODED
  if (!URL.canParse(text)) return 'is not a URL: its host or port makes no sense'
  const url = new URL(text)
  if (!url.hostname) return 'must name a host'
  const credentials = credentialsOf(url)
  if (!credentials) return `${ENCODED}; other characters are encoded as UTF-8`
  // Control characters would end the header in which they are sent.
  return /\p{Cc}/u.test(credentials.user + credentials.password)
    ? 'must have no control characters in user and password'
    : undefined
}

/** The fault of a URL whose scheme is not one of its kind. */
export function wrongScheme(kind: NetworkPlan['kind']): string {
  const schemes = CAMERA_SCHEMES[kind].map((scheme) => `${scheme}://`)
  return `must be a URL that starts with ${schemes.join(' or ')}`
}

/** User and password in a URL, both empty when it has none; undefined when their percent-encoding is none of UTF-8. */
function credentialsOf(url: URL): Credentials | undefined {
  const user = percentDecoded(url.username)
  const password = percentDecoded(url.password)
  return user === undefined || password === undefined ? undefined : { user, password }
}

/** A camera's URL without user, password and fragment, and the credentials that it had. */
export function splitCameraUrl(text: string): { url: URL; credentials: Credentials | undefined } {
  const url = new URL(text)
  const credentials = url.username || url.password ? credentialsOf(url) : undefined
  url.username = ''
  url.password = ''
  url.hash = ''
  return { url, credentials }
}
