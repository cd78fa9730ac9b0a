import { randomBytes } from 'node:crypto'
import {
  isAddressHost,
  isLoopback,
  loopbackHosts,
  orderRefusalOf,
  refusalOf,
  type Place,
  type Refusal,
  type Visit,
} from '../programs/visit.js'
import type { Login } from './login.js'
import { isSameSecret } from './same-secret.js'

/** The parts of an HTTP request on which access depends. */
export interface AccessRequest extends Visit {
  path: string
  /** Token from the Authorization header or the URL. */
  token: string | undefined
  /** Value of the cookie of who has given the password. */
  cookie: string | undefined
  /** Token of orders, from a header that forms and pages of other sites cannot send. */
  orderToken: string | undefined
}

/** Address at which the page is served. */
export interface ServedAt {
  scheme: Place['scheme']
  /** IP address that is listened on. */
  address: string
  port: number
  /** Host as it was given. */
  host: string
}

interface AccessOptions {
  /** Whether whoever has the token of orders may give some. */
  takesOrders: boolean
  /** The password; undefined where there is none. */
  login: Login | undefined
}

/** Paths that need no token, since what asks them cannot have one. */
export const PROBES: readonly string[] = ['/healthz', '/readyz']
/** Path to which the password is sent. */
export const LOGIN_PATH = '/login'
/** Paths of orders: about what, its name, and the order. */
const ORDER_PATH = /^\/(?:nodes|jobs|schedules|letters)\/[^/]+\/[a-z]+$/

/**
 * The page and its files, which tell nothing of the pipeline: the page's script has the token only when it runs. What is below the
 * paths of streams and letters is none of them, whatever its name ends with: the nodes would be asked for it.
 */
const PAGE = /^\/(?!(?:streams|letters)\/)(?:(?:[a-z-]+\/)?[a-z-]+\.(?:html|css|js|svg|woff2))?$/

/**
 * The rule of access: requests need the run's token, or the cookie of who has given the password, and must not come from another
 * site's page. Orders need a token of their own besides, so that an address, or the password, may be given to who is only to look.
 */
export class Access {
  readonly token = newToken()
  /** Token of orders; undefined when none are taken. */
  readonly orderToken: string | undefined
  readonly login: Login | undefined

  constructor({ takesOrders, login }: AccessOptions) {
    if (takesOrders) this.orderToken = newToken()
    this.login = login
  }

  /**
   * Checks a request.
   * @returns undefined when access is granted
   */
  refusal(request: AccessRequest, at: ServedAt): Refusal | undefined {
    const { path, orderToken, method } = request
    const mayLook = this.mayLook(request)
    const isLogin = method === 'POST' && path === LOGIN_PATH && this.login !== undefined
    const isOrder = method === 'POST' && ORDER_PATH.test(path) && this.orderToken !== undefined
    const isPublic = isLogin || PAGE.test(path)
    const place: Place = { scheme: at.scheme, isOwnHost: hostRule(at, mayLook || !PROBES.includes(path)) }
    const refusal = isOrder || isLogin ? orderRefusalOf(request, place) : refusalOf(request, place)
    if (refusal) return refusal
    if (isOrder && !isSameSecret(orderToken, this.orderToken))
      return { status: 401, reason: 'open the address that daffi printed; it holds the token of orders' }
    if (mayLook || isPublic || PROBES.includes(path)) return undefined
    return { status: 401, reason: 'open the address that daffi printed; it holds the token of this run' }
  }

  /** Tells whether a request has the run's token, or a cookie. */
  mayLook({ token, cookie }: Pick<AccessRequest, 'token' | 'cookie'>): boolean {
    return isSameSecret(token, this.token) || (this.login?.isValid(cookie) ?? false)
  }
}

/**
 * Which names lead here. To the loopback only its own do. To another address any name may, such as that of a host in the network; but
 * another site may have such a name as well (DNS rebinding), so probes, which need no token, are answered to who asks by an IP address
 * or by the name that was given.
 */
function hostRule({ address, host, port }: ServedAt, takesAny: boolean): Place['isOwnHost'] {
  const isOwnName = loopbackHosts(port, host)
  if (isLoopback(address)) return isOwnName
  return (asked) => takesAny || isOwnName(asked) || isAddressHost(asked)
}

const newToken = (): string => randomBytes(24).toString('base64url')
