import { createHash, timingSafeEqual } from 'node:crypto'

/** Compares two secrets in constant time. */
export function isSameSecret(given: string | undefined, secret: string | undefined): boolean {
  return given !== undefined && secret !== undefined && timingSafeEqual(digest(given), digest(secret))
}

/** Digest of a secret, by which it can be found and is not kept. */
export function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
