import { createHash, randomBytes } from 'node:crypto'
import { parseChallenges, type Challenge } from './challenges.js'
import type { Credentials } from './url.js'

/** Hash functions by the names of RFC 7616, the stronger one first. */
const HASHES = { 'SHA-256': 'sha256', MD5: 'md5' } as const
const ALGORITHMS = Object.keys(HASHES) as (keyof typeof HASHES)[]

/**
 * Answers the challenges of a server with user and password: by Digest (RFC 7616; quality of protection `auth`, or none as in
 * RFC 2069), else by Basic (RFC 7617). Nothing is sent that the server has not asked for.
 */
export class Authorization {
  readonly #credentials: Credentials
  #challenge: Challenge | undefined
  /** Answers to the present nonce. */
  #count = 0

  constructor(credentials: Credentials) {
    this.#credentials = credentials
  }

  /**
   * Takes the challenge that a server has refused a request with. False when there is none that can be answered, or when
   * the refused request was `answered` already: then user or password are wrong, unless only the nonce has grown stale.
   */
  accept(header: string | undefined, answered: boolean): boolean {
    const challenge = strongest(parseChallenges(header ?? ''))
    if (!challenge) return false
    const isStale = challenge.parameters.get('stale')?.toLowerCase() === 'true'
    if (answered && !isStale) return false
    this.#challenge = challenge
    this.#count = 0
    return true
  }

  /** Value of `Authorization` for a request; undefined before a challenge. */
  header(method: string, uri: string): string | undefined {
    if (!this.#challenge) return undefined
    const { user, password } = this.#credentials
    if (this.#challenge.scheme === 'basic') {
      return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
    }
    return this.#digest(this.#challenge.parameters, method, uri)
  }

  /** Section 3.4 of RFC 7616, with its names. */
  #digest(parameters: Challenge['parameters'], method: string, uri: string): string {
    const { user, password } = this.#credentials
    const [realm = '', nonce = '', opaque] = ['realm', 'nonce', 'opaque'].map((key) => parameters.get(key))
    const algorithm = parameters.get('algorithm')
    const { hash, isSession } = hashOf(algorithm) ?? { hash: 'md5', isSession: false }
    const H = (...parts: string[]): string => createHash(hash).update(parts.join(':')).digest('hex')

    const cnonce = randomBytes(8).toString('hex')
    const nc = (++this.#count).toString(16).padStart(8, '0')
    const A1 = H(user, realm, password)
    const secret = isSession ? H(A1, nonce, cnonce) : A1
    const A2 = H(method, uri)
    const hasQop = parameters.has('qop')
    const response = hasQop ? H(secret, nonce, nc, cnonce, 'auth', A2) : H(secret, nonce, A2)
    return [
      `Digest username=${quoted(user)}`,
      `realm=${quoted(realm)}`,
      `nonce=${quoted(nonce)}`,
      `uri=${quoted(uri)}`,
      `response="${response}"`,
      ...(algorithm === undefined ? [] : [`algorithm=${algorithm}`]),
      ...(opaque === undefined ? [] : [`opaque=${quoted(opaque)}`]),
      ...(hasQop ? ['qop=auth', `nc=${nc}`] : []),
      ...(hasQop || isSession ? [`cnonce="${cnonce}"`] : []),
    ].join(', ')
  }
}

/** The challenge that shows the least of the password, of those that can be answered. */
function strongest(challenges: Challenge[]): Challenge | undefined {
  const rankOf = ({ scheme, parameters }: Challenge): number => {
    if (scheme === 'basic') return ALGORITHMS.length
    if (scheme !== 'digest' || !parameters.has('nonce')) return Infinity
    const qop = parameters
      .get('qop')
      ?.toLowerCase()
      .split(/[\s,]+/)
    const known = hashOf(parameters.get('algorithm'))
    return known && (qop === undefined || qop.includes('auth'))
      ? ALGORITHMS.indexOf(known.algorithm)
      : Infinity
  }
  const [first] = challenges.toSorted((a, b) => rankOf(a) - rankOf(b))
  return first && rankOf(first) < Infinity ? first : undefined
}

function hashOf(name = 'MD5') {
  const isSession = /-sess$/i.test(name)
  const algorithm = ALGORITHMS.find((each) => each === name.replace(/-sess$/i, '').toUpperCase())
  return algorithm && { algorithm, hash: HASHES[algorithm], isSession }
}

function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`
}
