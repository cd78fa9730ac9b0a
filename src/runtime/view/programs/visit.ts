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

/**
 * Refuses what comes by another site's page, and whatever would change something.
 * @param hosts values of the header Host that are allowed; undefined for any
 */
export function refusalOf(
  { method, host, origin, site }: Visit,
  hosts: readonly string[] | undefined,
): Refusal | undefined {
  // Another site may have a host name that resolves to 127.0.0.1 (DNS rebinding).
  if (host === undefined || (hosts && !hosts.includes(host)))
    return { status: 403, reason: 'the host name of the request is not that of this server' }
  if (origin !== undefined && origin !== `http://${host}`)
    return { status: 403, reason: 'other sites may not load this' }
  if (site !== undefined && site !== 'same-origin' && site !== 'none')
    return { status: 403, reason: 'other sites may not load this' }
  return method === 'GET' || method === 'HEAD'
    ? undefined
    : { status: 405, reason: 'only GET and HEAD are allowed' }
}

/** Refuses an order that a page of this server itself has not sent, as browsers tell with the header Origin. */
export function orderRefusalOf(visit: Visit, hosts: readonly string[]): Refusal | undefined {
  const refusal = refusalOf({ ...visit, method: 'GET' }, hosts)
  if (refusal || visit.origin !== undefined) return refusal
  return { status: 403, reason: 'the request does not say which page it comes from' }
}

/** Values of the header Host by which a server on the loopback is reached. */
export function loopbackHosts(port: number): string[] {
  return ['127.0.0.1', 'localhost', '[::1]'].map((name) => `${name}:${port}`)
}
