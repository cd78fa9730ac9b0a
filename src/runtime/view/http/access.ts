import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { loopbackHosts, refusalOf, type Refusal, type Visit } from '../programs/visit.js'

/** The parts of an HTTP request on which access depends. */
export interface AccessRequest extends Visit {
  path: string
  /** Token from the Authorization header or the URL. */
  token: string | undefined
}

/** Paths that need no token, since what asks them cannot have one. */
export const PROBES: readonly string[] = ['/healthz', '/readyz']

/** The page and its files, which tell nothing of the pipeline: the page's script has the token only when it runs. */
const PAGE = /^\/(?:(?:[a-z-]+\/)?[a-z-]+\.(?:html|css|js|svg|woff2))?$/

/** The rule of access: requests need the run's token, must come from this host, and not from another site's page. */
export class Access {
  readonly token = randomBytes(24).toString('base64url')

  /**
   * Checks a request.
   * @param port port on which the page is served
   * @returns undefined when access is granted
   */
  refusal({ path, token, ...visit }: AccessRequest, port: number): Refusal | undefined {
    const refusal = refusalOf(visit, loopbackHosts(port))
    if (refusal) return refusal
    if (PROBES.includes(path) || PAGE.test(path) || this.isRight(token)) return undefined
    return { status: 401, reason: 'open the address that daffi printed; it holds the token of this run' }
  }

  /** Tells whether this is the run's token, in constant time. */
  isRight(token: string | undefined): boolean {
    const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
    return token !== undefined && timingSafeEqual(digest(token), digest(this.token))
  }
}
