import type { Redirects } from '../../core/plan/plan.js'
import { NetworkFailure } from './network-failure.js'
import { portOf, usesTls } from './url.js'

/**
 * The URL that a camera at `from` redirects to.
 * @param redirects where it may lead; never from TLS to a plain connection, nor to another kind of source
 * @throws NetworkFailure
 */
export function redirectTarget(from: URL, location: string | undefined, redirects: Redirects): URL {
  const to =
    location === undefined || !URL.canParse(location, from.href) ? undefined : new URL(location, from)
  if (!to?.hostname) {
    throw new NetworkFailure('DAFFI_SOURCE_FAILED', `${from.host} redirects, but does not say where to`)
  }
  to.username = to.password = to.hash = ''
  const isKind = to.protocol.replace(/s:$/, ':') === from.protocol.replace(/s:$/, ':')
  const isLess = usesTls(from) && !usesTls(to)
  if (isKind && !isLess && (redirects === 'any' || isSameHost(from, to))) return to
  throw new NetworkFailure(
    'DAFFI_SOURCE_DENIED',
    `${from.host} redirects to ${to.protocol}//${to.host}, which is not followed`,
    'Write the address to which the camera redirects in url of the source; with redirects: any it is followed to any server, without user and password, but never from TLS to a plain connection.',
  )
}

/** Whether two URLs name the same server, or `to` a server with TLS on the same host. */
export function isSameHost(from: URL, to: URL): boolean {
  if (from.hostname !== to.hostname) return false
  return from.protocol === to.protocol ? portOf(from) === portOf(to) : usesTls(to)
}
