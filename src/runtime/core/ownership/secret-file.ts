import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs'
import { messageOf } from '../errors.js'
import { isOwner, isPrivate } from './owner.js'

/** Far more than any secret has. */
const MAX_BYTES = 64 * 1024

/**
 * Reads a file with a secret. It has to be a regular file of this user or of root that nobody else can read or write; a link is
 * refused. Synchronous, because the NATS client's reconnect hook is; such files are small.
 * @throws Error with a code where the system refuses; else its message says why the file is not believed, as the rest of a sentence
 */
export function readSecretFile(path: string): string {
  // A pipe would keep the process waiting for somebody who writes into it.
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  try {
    const stat = fstatSync(descriptor)
    if (!stat.isFile()) throw new Error('it is not a regular file')
    if (!isOwner(stat)) throw new Error('it belongs to another user')
    if (!isPrivate(stat)) throw new Error('other users can read or write it')
    if (stat.size > MAX_BYTES) throw new Error('it is too large')
    return readFileSync(descriptor, 'utf8')
  } finally {
    closeSync(descriptor)
  }
}

/** Why such a file is not believed, in the words of its error. */
export function secretFault(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'ELOOP') return 'it is a link'
  return code === 'ENOENT' ? 'it does not exist' : messageOf(error)
}
