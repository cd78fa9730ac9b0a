import { randomBytes } from 'node:crypto'
import { RecentMap } from '../../core/recent-map.js'
import { LoginLimit } from './login-limit.js'
import { digest, isSameSecret } from './same-secret.js'

/** Time after which the password is asked for again. */
const COOKIE_MS = 7 * 24 * 3600 * 1000
/** Number of cookies that are good: who logs in makes the oldest one end when there are more. */
const MAX_COOKIES = 256

/** Outcome of a login: the value of a new cookie, or why there is none. */
export type LoginResult =
  { is: 'entered'; cookie: string } | { is: 'wrong' } | { is: 'too early'; waitMs: number }

/** The password of a viewer, and the cookies of browsers that have given it. */
export class Login {
  readonly #password: string
  readonly #limit = new LoginLimit()
  /** Time when a cookie ends, by the digest of its value. */
  readonly #cookies = new RecentMap<string, number>(MAX_COOKIES)
  readonly #onGuess: (address: string) => void

  /** @param onGuess is told of an address that has used up its attempts */
  constructor(password: string, onGuess: (address: string) => void) {
    this.#password = password
    this.#onGuess = onGuess
  }

  /** Makes a cookie for who has the password. */
  enter(password: string, address: string): LoginResult {
    const waitMs = this.#limit.waitMs(address)
    if (waitMs > 0) return { is: 'too early', waitMs }
    if (!isSameSecret(password, this.#password)) {
      this.#limit.fail(address)
      if (this.#limit.waitMs(address) > 0) this.#onGuess(address)
      return { is: 'wrong' }
    }
    const cookie = randomBytes(24).toString('base64url')
    this.#cookies.set(keyOf(cookie), Date.now() + COOKIE_MS)
    return { is: 'entered', cookie }
  }

  /** Tells whether a cookie is one of those, and has not ended. */
  isValid(cookie: string | undefined): boolean {
    return cookie !== undefined && (this.#cookies.get(keyOf(cookie)) ?? 0) > Date.now()
  }
}

const keyOf = (cookie: string): string => digest(cookie).toString('hex')
