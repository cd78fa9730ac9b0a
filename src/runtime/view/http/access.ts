import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { hostRule, orderRefusalOf, refusalOf, type Refusal, type Visit } from '../programs/visit.js'
import { ORDER_PATH } from './node-orders.js'

/** The parts of an HTTP request on which access depends. */
export interface AccessRequest extends Visit {
  path: string
  /** Token from the Authorization header or the URL. */
  token: string | undefined
  /** Token of orders, from a header that forms and pages of other sites cannot send. */
  orderToken: string | undefined
}

/** Address that the viewer listens on. */
export const LISTENS_ON = '127.0.0.1'

/** Paths that need no token, since what asks them cannot have one. */
export const PROBES: readonly string[] = ['/healthz', '/readyz']

/** The page and its files, which tell nothing of the pipeline: the page's script has the token only when it runs. */
const PAGE = /^\/(?:(?:[a-z-]+\/)?[a-z-]+\.(?:html|css|js|svg|woff2))?$/

/**
 * The rule of access: requests need the run's token, must come from this host, and not from another site's page. Orders need a
 * token of their own besides, so that an address may be given to who is only to look.
 */
export class Access {
  readonly token = newToken()
  /** Token of orders; undefined when none are taken. */
  readonly orderToken: string | undefined

  /** @param takesOrders whether whoever has the token of orders may give some */
  constructor(takesOrders = false) {
    if (takesOrders) this.orderToken = newToken()
  }

  /**
   * Checks a request.
   * @param port port on which the page is served
   * @returns undefined when access is granted
   */
  refusal({ path, token, orderToken, ...visit }: AccessRequest, port: number): Refusal | undefined {
    const isOrder = visit.method === 'POST' && ORDER_PATH.test(path) && this.orderToken !== undefined
    const isOurs = hostRule({ address: LISTENS_ON, port })
    const refusal = isOrder ? orderRefusalOf(visit, isOurs) : refusalOf(visit, isOurs)
    if (refusal) return refusal
    if (isOrder && !isSame(orderToken, this.orderToken))
      return { status: 401, reason: 'open the address that daffi printed; it holds the token of orders' }
    if (PROBES.includes(path) || PAGE.test(path) || this.isRight(token)) return undefined
    return { status: 401, reason: 'open the address that daffi printed; it holds the token of this run' }
  }

  /** Tells whether this is the run's token. */
  isRight(token: string | undefined): boolean {
    return isSame(token, this.token)
  }
}

const newToken = (): string => randomBytes(24).toString('base64url')

/** Compares two tokens in constant time. */
function isSame(given: string | undefined, token: string | undefined): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
  return given !== undefined && token !== undefined && timingSafeEqual(digest(given), digest(token))
}
