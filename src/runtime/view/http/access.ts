import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

/** What is asked, as far as leave to ask it goes. Headers are undefined when they were not sent. */
export interface Asking {
  method: string
  path: string
  host: string | undefined
  origin: string | undefined
  /** Sec-Fetch-Site. */
  site: string | undefined
  /** Of the cookie, the Authorization header or the address. */
  token: string | undefined
}

export interface Refusal {
  status: 401 | 403 | 405
  reason: string
}

/** Who may look: whoever holds the run's token, from this host, and not through another site's page. */
export class Access {
  readonly token = randomBytes(24).toString('base64url')

  /** @param port that the page is served on; undefined when it may look. */
  refusal({ method, path, host, origin, site, token }: Asking, port: number): Refusal | undefined {
    const hosts = [`127.0.0.1:${port}`, `localhost:${port}`]
    // A name that resolves to the loopback, such as one of another site's own, is not ours.
    if (host === undefined || !hosts.includes(host))
      return { status: 403, reason: 'this is not the host that was meant' }
    if (origin !== undefined && origin !== `http://${host}`)
      return { status: 403, reason: 'other sites may not load this' }
    if (site !== undefined && site !== 'same-origin' && site !== 'none')
      return { status: 403, reason: 'other sites may not load this' }
    if (method !== 'GET' && method !== 'HEAD')
      return { status: 405, reason: 'there is nothing to change here' }
    if (path === '/healthz' || this.#isRight(token)) return undefined
    return { status: 401, reason: 'open the address that daffi printed; it holds the token of this run' }
  }

  /** In a time that tells nothing of the token. */
  #isRight(token: string | undefined): boolean {
    const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
    return token !== undefined && timingSafeEqual(digest(token), digest(this.token))
  }
}
