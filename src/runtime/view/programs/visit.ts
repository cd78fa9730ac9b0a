import { BlockList, isIP, isIPv4 } from 'node:net'

const OTHER_HOST =
  'the host name of the request is not that of this server, which listens on the loopback: use 127.0.0.1 or localhost'

/** The parts of an HTTP request that say from where it comes. Headers are undefined when they were not sent. */
export interface Visit {
  method: string
  host: string | undefined
  origin: string | undefined
  /** Header Sec-Fetch-Site. */
  site: string | undefined
}

/** Tells whether a value of the header Host names a server. */
export type HostRule = (host: string) => boolean

export interface Refusal {
  status: 401 | 403 | 405
  reason: string
}

/**
 * Refuses what comes by another site's page, and whatever would change something.
 * @param isOurs whether a value of the header Host names this server
 */
export function refusalOf({ method, host, origin, site }: Visit, isOurs: HostRule): Refusal | undefined {
  if (host === undefined || !isOurs(host)) return { status: 403, reason: OTHER_HOST }
  if (origin !== undefined && origin !== `http://${host}`)
    return { status: 403, reason: 'other sites may not load this' }
  if (site !== undefined && site !== 'same-origin' && site !== 'none')
    return { status: 403, reason: 'other sites may not load this' }
  return method === 'GET' || method === 'HEAD'
    ? undefined
    : { status: 405, reason: 'only GET and HEAD are allowed' }
}

/** Refuses an order that a page of this server itself has not sent, as browsers tell with the header Origin. */
export function orderRefusalOf(visit: Visit, isOurs: HostRule): Refusal | undefined {
  const refusal = refusalOf({ ...visit, method: 'GET' }, isOurs)
  if (refusal || visit.origin !== undefined) return refusal
  return { status: 403, reason: 'the request does not say which page it comes from' }
}

/**
 * The names of a server that listens on an address. On the loopback they are those of the loopback, since another site may have a host
 * name that resolves to 127.0.0.1 (DNS rebinding); elsewhere any name may lead here, such as that of a container.
 * @param given host by which the user has named the address
 */
export function hostRule({ address, port }: { address: string; port: number }, given?: string): HostRule {
  if (!isLoopback(address)) return () => true
  return (host) => host === `${given}:${port}` || isOfLoopback(host, port)
}

const LOOPBACK = new BlockList()
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4')
LOOPBACK.addAddress('::1', 'ipv6')

/** Whether an address is of the loopback, also as IPv6 writes one of IPv4 (`::ffff:127.0.0.1`). */
function isLoopback(address: string): boolean {
  return LOOPBACK.check(address, isIPv4(address) ? 'ipv4' : 'ipv6')
}

function isOfLoopback(host: string, port: number): boolean {
  const [, bracketed, plain = '', named = '80'] = /^(?:\[(.+)\]|([^[\]:]+))(?::(\d{1,5}))?$/.exec(host) ?? []
  const name = bracketed ?? plain
  return Number(named) === port && (name === 'localhost' || (isIP(name) !== 0 && isLoopback(name)))
}
