import { randomBytes } from 'node:crypto'
import { RecentMap } from '../../core/recent-map.js'
import { LoginLimit } from './login-limit.js'
import { digest, isSameSecret } from './same-secret.js'

/** Time after which the password is asked for again. */
const SESSION_MS = 7 * 24 * 3600 * 1000
/** Number of sessions: who logs in makes the oldest one end when there are more. */
const MAX_SESSIONS = 256

/** Outcome of a login: a new session, or why there is none. */
export type LoginResult =
  { is: 'entered'; session: string } | { is: 'wrong' } | { is: 'too early'; waitMs: number }

/** The password of a viewer, and the sessions of those who have given it. */
export class Login {
  readonly #password: string
  readonly #limit = new LoginLimit()
  /** When a session ends, by the digest of its name. */
  readonly #sessions = new RecentMap<string, number>(MAX_SESSIONS)
  readonly #onGuess: (address: string) => void

  /** @param onGuess is told of an address that has used up its attempts */
  constructor(password: string, onGuess: (address: string) => void) {
    this.#password = password
    this.#onGuess = onGuess
  }

  /** Begins a session for who has the password. */
  enter(password: string, address: string): LoginResult {
    const waitMs = this.#limit.waitMs(address)
    if (waitMs > 0) return { is: 'too early', waitMs }
    if (!isSameSecret(password, this.#password)) {
      this.#limit.fail(address)
      if (this.#limit.waitMs(address) > 0) this.#onGuess(address)
      return { is: 'wrong' }
    }
    const session = randomBytes(24).toString('base64url')
    this.#sessions.set(keyOf(session), Date.now() + SESSION_MS)
    return { is: 'entered', session }
  }

  /** Tells whether a session goes on. */
  isSession(session: string | undefined): boolean {
    return session !== undefined && (this.#sessions.get(keyOf(session)) ?? 0) > Date.now()
  }
}

const keyOf = (session: string): string => digest(session).toString('hex')
