import { DaffiError, messageOf } from '../errors.js'

const OWN_ADDRESS = 'Give an address of this machine, or 0.0.0.0 or :: for all of them.'

/** Reason and advice, by the system's code. The advice about a port that is in use depends on what it is for. */
const REASONS: Readonly<Record<string, [reason: string, next?: string]>> = {
  EADDRINUSE: ['another program listens there already'],
  EACCES: ['this user may not', 'Choose another port: on most systems those below 1024 are for root.'],
  EADDRNOTAVAIL: ['it is no address of this machine', OWN_ADDRESS],
  ENOTFOUND: ['its name is not known', OWN_ADDRESS],
  EAI_AGAIN: ['its name cannot be looked up, as no name server answers', OWN_ADDRESS],
}

/**
 * Makes the error for an address at which nothing can be served, in plain words.
 * @param what sentence that says so, without its reason
 * @param next advice about a port that is in use @default what the code says
 */
export function portError(error: unknown, what: string, next?: string): DaffiError {
  const [reason = messageOf(error), advice = next] =
    REASONS[(error as NodeJS.ErrnoException).code ?? ''] ?? []
  return new DaffiError('DAFFI_PORT_TAKEN', `${what}: ${reason}`, {
    cause: error,
    ...(advice !== undefined && { next: advice }),
  })
}
