import { isErrorCode } from '../core/error-codes.js'
import { DaffiError, messageOf } from '../core/errors.js'

export interface RemoteErrorFields {
  name: string
  message: string
  /** The remote error's own code, where it had one. */
  code: string | undefined
  stack: string | undefined
  node: string
}

/**
 * An error that a callback threw on another node, with that error's name, message, code and stack. Where daffi itself
 * refused there, `code` is that of its error, such as DAFFI_CALLBACK_TIMEOUT; else it is DAFFI_REMOTE.
 */
export class RemoteError extends DaffiError {
  override readonly name = 'RemoteError'
  readonly remoteName: string
  /** The remote error's own code, such as ENOENT; undefined where it had none. */
  readonly remoteCode: string | undefined
  readonly remoteStack: string | undefined
  readonly node: string

  constructor({ name, message, code, stack, node }: RemoteErrorFields) {
    super(code !== undefined && isErrorCode(code) ? code : 'DAFFI_REMOTE', message, {
      details: { node, name, ...(code === undefined ? {} : { remoteCode: code }) },
    })
    this.remoteName = name
    this.remoteCode = code
    this.remoteStack = stack
    this.node = node
  }
}

export function remoteFields(error: unknown, node: string): RemoteErrorFields {
  const { name, stack, code } =
    error instanceof Error ? (error as Error & { code?: unknown }) : { name: 'Error' }
  return {
    name,
    message: messageOf(error),
    code: typeof code === 'string' ? code : undefined,
    stack,
    node,
  }
}
