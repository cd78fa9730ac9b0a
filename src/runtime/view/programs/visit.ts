import { isIP } from 'node:net'

/** The parts of an HTTP request that say from where it comes. Headers are undefined when they were not sent. */
export interface Visit {
  method: string
  host: string | undefined
  origin: string | undefined
  /** Header Sec-Fetch-Site. */
  site: string | undefined
}

export interface Refusal {
  status: 401 | 403 | 405
  reason: string
}

/** Where a server is reached, as far as that tells which requests are meant for it. */
export interface Place {
  scheme: 'http' | 'https'
  /** Whether a value of the header Host leads here; not when it may be another site's, which has given this address to its name. */
  isOwnHost: (host: string) => boolean
}

/** Refuses what comes by another site's page, and whatever would change something. */
export function refusalOf(
  { method, host, origin, site }: Visit,
  { scheme, isOwnHost }: Place,
): Refusal | undefined {
  if (host === undefined || !isOwnHost(host))
    return { status: 403, reason: 'the host name of the request is not that of this server' }
  if (origin !== undefined && origin !== `${scheme}://${host}`)
    return { status: 403, reason: 'other sites may not load this' }
  if (site !== undefined && site !== 'same-origin' && site !== 'none')
    return { status: 403, reason: 'other sites may not load this' }
  return method === 'GET' || method === 'HEAD'
    ? undefined
    : { status: 405, reason: 'only GET and HEAD are allowed' }
}

/** Refuses an order that a page of this server itself has not sent, as browsers tell with the header Origin. */
export function orderRefusalOf(visit: Visit, place: Place): Refusal | undefined {
  const refusal = refusalOf({ ...visit, method: 'GET' }, place)
  if (refusal || visit.origin !== undefined) return refusal
  return { status: 403, reason: 'the request does not say which page it comes from' }
}

/**
 * Makes the test of the header Host for a server on the loopback: another site may have a name that resolves to 127.0.0.1 (DNS
 * rebinding).
 * @param given host as it was named, which is one of its names, too
 */
export function loopbackHosts(port: number, given?: string): Place['isOwnHost'] {
  const names = ['127.0.0.1', 'localhost', '[::1]', ...(given === undefined ? [] : [given.toLowerCase()])]
  // Browsers leave out the ports 80 and 443.
  const ports = port === 80 || port === 443 ? ['', `:${port}`] : [`:${port}`]
  const hosts = names.flatMap((name) => ports.map((each) => `${name}${each}`))
  return (host) => hosts.includes(host.toLowerCase())
}

/** Tells whether a header Host names an IP address, to which no name of another site can lead. */
export function isAddressHost(host: string): boolean {
  return isIP(host.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1')) !== 0
}

export function isLoopback(address: string): boolean {
  return address.startsWith('127.') || address === '::1'
}
