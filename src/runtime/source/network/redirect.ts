import type { Redirects } from '../../core/plan/plan.js'
import { NetworkFailure } from './network-failure.js'
import { hasStandardPort, hostOf, portOf, usesTls } from './url.js'

/**
 * The URL that a camera at `from` redirects to.
 * @param redirects where it may lead; never from TLS to a plain connection, nor to another kind of source
 * @throws NetworkFailure
 */
export function redirectTarget(from: URL, location: string | undefined, redirects: Redirects): URL {
  const text = location === undefined ? '' : textOf(location)
  const to = text !== '' && URL.canParse(text, from.href) ? new URL(text, from) : undefined
  if (!to?.hostname) {
    throw new NetworkFailure('DAFFI_SOURCE_FAILED', `${from.host} redirects, but does not say where to`)
  }
  to.username = to.password = to.hash = ''
  const isKind = to.protocol.replace(/s:$/, ':') === from.protocol.replace(/s:$/, ':')
  const isLess = usesTls(from) && !usesTls(to)
  if (isKind && !isLess && (redirects === 'any' || isSameServer(from, to) || isSecured(from, to))) return to
  throw new NetworkFailure(
    'DAFFI_SOURCE_DENIED',
    `${from.host} redirects to ${to.protocol}//${to.host}, which is not followed`,
    'Write the address to which the camera redirects in url of the source; with redirects: any it is followed to any server, without user and password, but never from TLS to a plain connection.',
  )
}

/** The text of a header, which is a string of bytes: of those of UTF-8, where they are. */
function textOf(bytes: string): string {
  const text = Buffer.from(bytes, 'latin1').toString()
  return text.includes('\uFFFD') ? bytes : text
}

/**
 * Whether the server of `to` may have the password of the one of `from`: it is the same, or the one over TLS beside it, each at
 * its standard port. At any other port of the host may listen another user's program, with a certificate of that host.
 */
export function isTrustedAlike(from: URL, to: URL): boolean {
  return isSameServer(from, to) || (isSecured(from, to) && hasStandardPort(from) && hasStandardPort(to))
}

function isSameServer(from: URL, to: URL): boolean {
  return hostOf(from) === hostOf(to) && from.protocol === to.protocol && portOf(from) === portOf(to)
}

/** Whether `to` is on the same host, over TLS, and `from` is not over TLS. */
function isSecured(from: URL, to: URL): boolean {
  return hostOf(from) === hostOf(to) && !usesTls(from) && usesTls(to)
}
