import { BlockList, isIP, isIPv4 } from 'node:net'

const OTHER_HOST = 'the host name of the request is not that of this server'

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
  if (host === undefined || !isOwnHost(host)) return { status: 403, reason: OTHER_HOST }
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
 * rebinding). Browsers leave out the ports 80 and 443.
 * @param given host as it was named, which is one of its names, too
 */
export function loopbackHosts(port: number, given?: string): Place['isOwnHost'] {
  return (asked) => {
    const { name, port: named } = partsOf(asked)
    const isPort = named === undefined ? port === 80 || port === 443 : named === port
    return (
      isPort &&
      (name === 'localhost' || name === given?.toLowerCase() || (isIP(name) !== 0 && isLoopback(name)))
    )
  }
}

/** Tells whether a header Host names an IP address, to which no name of another site can lead. */
export function isAddressHost(host: string): boolean {
  return isIP(partsOf(host).name) !== 0
}

const LOOPBACK = new BlockList()
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4')
LOOPBACK.addAddress('::1', 'ipv6')

/** Whether an address is of the loopback, also as IPv6 writes one of IPv4 (`::ffff:127.0.0.1`). */
export function isLoopback(address: string): boolean {
  return LOOPBACK.check(address, isIPv4(address) ? 'ipv4' : 'ipv6')
}

/** Name or address, and port, of a header Host. */
function partsOf(host: string): { name: string; port: number | undefined } {
  const [, bracketed, plain = '', port] =
    /^(?:\[(.+)\]|([^[\]:]+))(?::(\d{1,5}))?$/.exec(host.toLowerCase()) ?? []
  return { name: bracketed ?? plain, port: port === undefined ? undefined : Number(port) }
}
