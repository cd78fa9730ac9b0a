import { createHash, randomBytes } from 'node:crypto'
import { parseChallenges, type Challenge } from './challenges.js'
import type { Credentials } from '../../core/text/camera-url.js'

/** Hash functions by the names of RFC 7616, the stronger one first. */
const HASHES = { 'SHA-512-256': 'sha512-256', 'SHA-256': 'sha256', MD5: 'md5' } as const
const ALGORITHMS = Object.keys(HASHES) as (keyof typeof HASHES)[]

/**
 * Answers the challenges of a server with user and password: by Digest (RFC 7616; quality of protection `auth`, or none as in
 * RFC 2069), else by Basic (RFC 7617). Nothing is sent that the server has not asked for.
 * Texts are strings of bytes, as in headers: the server's go back as they came, user and password in UTF-8.
 */
export class Authorization {
  readonly #credentials: Credentials
  #challenge: Challenge | undefined
  /** Answers to the present nonce. */
  #count = 0
  /** The client's nonce: one for each of the server's, since some servers compute the key of a session only once. */
  #cnonce = ''
  /** Whether the server has accepted user and password. */
  #isProven = false

  constructor({ user, password }: Credentials) {
    this.#credentials = { user: inBytes(user), password: inBytes(password) }
  }

  /**
   * Takes the challenge that a server has refused a request with. False when there is none that can be answered, or when
   * the refused request was `answered` already: then user or password are wrong, unless only the nonce has grown stale. Some
   * servers do not say that, but have accepted both before.
   */
  accept(header: string | undefined, answered: boolean): boolean {
    const challenge = strongest(parseChallenges(header ?? ''))
    if (!challenge) return false
    const isStale = challenge.parameters.get('stale')?.toLowerCase() === 'true' || this.#isProven
    if (answered && !isStale) return false
    this.#isProven = false
    this.#take(challenge)
    return true
  }

  /**
   * Notes that the server has accepted an answer.
   * @param info its `Authentication-Info`, which may have the nonce of the next request
   */
  accepted(info: string | undefined): void {
    this.#isProven = true
    const nonce = parseChallenges(`Digest ${info ?? ''}`)[0]?.parameters.get('nextnonce')
    if (nonce === undefined || !this.#challenge) return
    const { scheme, parameters } = this.#challenge
    this.#take({ scheme, parameters: new Map([...parameters, ['nonce', nonce]]) })
  }

  #take(challenge: Challenge): void {
    this.#challenge = challenge
    this.#count = 0
    this.#cnonce = randomBytes(8).toString('hex')
  }

  /** Value of `Authorization` for a request; undefined before a challenge. */
  header(method: string, uri: string): string | undefined {
    if (!this.#challenge) return undefined
    const { user, password } = this.#credentials
    if (this.#challenge.scheme === 'basic') {
      return `Basic ${Buffer.from(`${user}:${password}`, 'latin1').toString('base64')}`
    }
    return this.#digest(this.#challenge.parameters, method, uri)
  }

  /** Section 3.4 of RFC 7616, with its names. */
  #digest(parameters: Challenge['parameters'], method: string, uri: string): string {
    const { user, password } = this.#credentials
    const [realm = '', nonce = '', opaque] = ['realm', 'nonce', 'opaque'].map((key) => parameters.get(key))
    const algorithm = parameters.get('algorithm')
    const { hash, isSession } = hashOf(algorithm) ?? { hash: 'md5', isSession: false }
    const H = (...parts: string[]): string => createHash(hash).update(parts.join(':'), 'latin1').digest('hex')

    const cnonce = this.#cnonce
    const nc = (++this.#count).toString(16).padStart(8, '0')
    const A1 = H(user, realm, password)
    const secret = isSession ? H(A1, nonce, cnonce) : A1
    const hasQop = qopsOf(parameters).length > 0
    const A2 = H(method, uri)
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
    const known = hashOf(parameters.get('algorithm'))
    const qops = qopsOf(parameters)
    return known && (qops.length === 0 || qops.includes('auth'))
      ? ALGORITHMS.indexOf(known.algorithm)
      : Infinity
  }
  const [first] = challenges.toSorted((a, b) => rankOf(a) - rankOf(b))
  return first && rankOf(first) < Infinity ? first : undefined
}

/** The qualities of protection that a server offers. */
function qopsOf(parameters: Challenge['parameters']): string[] {
  return (parameters.get('qop') ?? '')
    .toLowerCase()
    .split(/[\s,]+/)
    .filter(Boolean)
}

function hashOf(name = 'MD5') {
  const isSession = /-sess$/i.test(name)
  const algorithm = ALGORITHMS.find((each) => each === name.replace(/-sess$/i, '').toUpperCase())
  return algorithm && { algorithm, hash: HASHES[algorithm], isSession }
}

/** The bytes of a text in UTF-8, as a string with a character for each. */
function inBytes(text: string): string {
  return Buffer.from(text).toString('latin1')
}

function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`
}
