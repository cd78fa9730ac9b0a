import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

/** The parts of an HTTP request on which access depends. Headers are undefined when they were not sent. */
export interface AccessRequest {
  method: string
  path: string
  host: string | undefined
  origin: string | undefined
  /** Header Sec-Fetch-Site. */
  site: string | undefined
  /** Token from the Authorization header or the URL. */
  token: string | undefined
}

/** Paths that need no token, since what asks them cannot have one. */
export const PROBES: readonly string[] = ['/healthz', '/readyz']

/** The page and its files, which tell nothing of the pipeline: the page's script has the token only when it runs. */
const PAGE = /^\/(?:(?:[a-z-]+\/)?[a-z-]+\.(?:html|css|js|svg|woff2))?$/

export interface Refusal {
  status: 401 | 403 | 405
  reason: string
}

/** The rule of access: requests need the run's token, must come from this host, and not from another site's page. */
export class Access {
  readonly token = randomBytes(24).toString('base64url')

  /**
   * Checks a request.
   * @param port port on which the page is served
   * @returns undefined when access is granted
   */
  refusal({ method, path, host, origin, site, token }: AccessRequest, port: number): Refusal | undefined {
    const hosts = [`127.0.0.1:${port}`, `localhost:${port}`]
    // Another site may have a host name that resolves to 127.0.0.1 (DNS rebinding).
    if (host === undefined || !hosts.includes(host))
      return { status: 403, reason: 'the host name of the request is not that of the viewer' }
    if (origin !== undefined && origin !== `http://${host}`)
      return { status: 403, reason: 'other sites may not load this' }
    if (site !== undefined && site !== 'same-origin' && site !== 'none')
      return { status: 403, reason: 'other sites may not load this' }
    if (method !== 'GET' && method !== 'HEAD') return { status: 405, reason: 'only GET and HEAD are allowed' }
    if (PROBES.includes(path) || PAGE.test(path) || this.isRight(token)) return undefined
    return { status: 401, reason: 'open the address that daffi printed; it holds the token of this run' }
  }

  /** Tells whether this is the run's token, in constant time. */
  isRight(token: string | undefined): boolean {
    const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
    return token !== undefined && timingSafeEqual(digest(token), digest(this.token))
  }
}
