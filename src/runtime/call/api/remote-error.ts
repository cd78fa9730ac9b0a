import { isErrorCode } from '../../core/error-codes.js'
import { DaffiError, messageOf } from '../../core/errors.js'

/** An error that a callback threw on another node, as plain data that can travel in JSON too. */
export interface RemoteErrorFields {
  name: string
  message: string
  /** The remote error's own code, where it had one. */
  code: string | undefined
  stack: string | undefined
  node: string
  cause?: Omit<RemoteErrorFields, 'node'>
}

type CauseFields = Omit<RemoteErrorFields, 'node'>

/** Length up to which a chain of causes is followed. */
const MAX_CAUSES = 8
/** Characters of each text of an error that are sent, so that it fits into one message with all of its causes. */
const MAX_TEXT = 8192

/**
 * An error that a callback threw on another node, with that error's name, message, code and stack. When daffi itself
 * refused the call there, `code` is that of its error, such as DAFFI_CALLBACK_TIMEOUT; otherwise it is DAFFI_REMOTE.
 */
export class RemoteError extends DaffiError {
  override readonly name = 'RemoteError'
  /** The remote error's name, such as RangeError. */
  readonly remoteName: string
  /** The remote error's own code, such as ENOENT; undefined where it had none. */
  readonly remoteCode: string | undefined
  /** The remote error's stack, with paths of the node on which it was thrown. */
  readonly remoteStack: string | undefined
  /** Name of the node on which it was thrown. */
  readonly node: string

  constructor({ name, message, code, stack, node, cause }: RemoteErrorFields) {
    super(code !== undefined && isErrorCode(code) ? code : 'DAFFI_REMOTE', message, {
      details: { node, name, ...(code === undefined ? {} : { remoteCode: code }) },
      ...(cause ? { cause: toCause(cause) } : {}),
    })
    this.remoteName = name
    this.remoteCode = code
    this.remoteStack = stack
    this.node = node
  }
}

/** Describes an error that was thrown on `node`, to be sent to the caller. */
export function remoteFields(error: unknown, node: string): RemoteErrorFields {
  return { ...fieldsOf(error, MAX_CAUSES), node }
}

function fieldsOf(error: unknown, causes: number): CauseFields {
  const { name, stack, code, cause }: Partial<Record<keyof CauseFields, unknown>> =
    error instanceof Error ? error : {}
  return {
    name: short(name) ?? 'Error',
    message: short(messageOf(error)) ?? '',
    code: short(code),
    stack: short(stack),
    ...(cause === undefined || causes === 0 ? {} : { cause: fieldsOf(cause, causes - 1) }),
  }
}

/** Text of one field, which user's code may have set to anything. */
function short(text: unknown): string | undefined {
  if (typeof text !== 'string') return undefined
  return text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text
}

function toCause({ name, message, code, stack, cause }: CauseFields): Error {
  const error = new Error(message, cause ? { cause: toCause(cause) } : undefined)
  return Object.assign(error, { name, stack, ...(code === undefined ? {} : { code }) })
}
