import { isErrorCode } from '../../core/error-codes.js'
import { DaffiError, messageOf } from '../../core/errors.js'
import { isText, mapOf, orAbsent, type Check } from '../../core/message/forms.js'

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
/** Characters of each text of an error that are sent. */
const MAX_TEXT = 8192
/** Characters of its name and its code. */
const MAX_NAME = 256

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

/** How much of an error is sent. */
export interface ErrorLimits {
  /** Characters of each text. */
  text: number
  /** Length up to which the chain of causes is followed. */
  causes: number
}

/** Limits to be tried in turn, until the error fits into a message. */
export const ERROR_LIMITS: readonly ErrorLimits[] = [
  { text: MAX_TEXT, causes: MAX_CAUSES },
  { text: 1024, causes: 2 },
  { text: 256, causes: 0 },
]

const isCause: Check = (value) =>
  mapOf<CauseFields>({
    name: isText,
    message: isText,
    code: orAbsent(isText),
    stack: orAbsent(isText),
    cause: orAbsent(isCause),
  })(value)

/** Whether the value is an error that another node has sent. */
export const isRemoteFields = (value: unknown): value is RemoteErrorFields =>
  isCause(value) && isText((value as RemoteErrorFields).node)

/** Describes an error that was thrown on `node`, to be sent to the caller. */
export function remoteFields(
  error: unknown,
  node: string,
  limits: ErrorLimits = { text: MAX_TEXT, causes: MAX_CAUSES },
): RemoteErrorFields {
  return { ...fieldsOf(error, limits), node }
}

function fieldsOf(error: unknown, { text, causes }: ErrorLimits): CauseFields {
  const { name, stack, code, cause }: Partial<Record<keyof CauseFields, unknown>> =
    error instanceof Error ? error : {}
  return {
    name: short(name, MAX_NAME) ?? 'Error',
    message: short(messageOf(error), text) ?? '',
    code: short(code, MAX_NAME),
    stack: short(stack, text),
    ...(cause === undefined || causes === 0 ? {} : { cause: fieldsOf(cause, { text, causes: causes - 1 }) }),
  }
}

/** Text of one field, which user's code may have set to anything. */
function short(text: unknown, max: number): string | undefined {
  if (typeof text !== 'string') return undefined
  return text.length > max ? `${text.slice(0, max)}…` : text
}

function toCause({ name, message, code, stack, cause }: CauseFields): Error {
  const error = new Error(message, cause ? { cause: toCause(cause) } : undefined)
  return Object.assign(error, { name, stack, ...(code === undefined ? {} : { code }) })
}
