import { isErrorCode } from '../../core/error-codes.js'
import { DaffiError } from '../../core/errors.js'
import { isBoolean, isText, mapOf, orAbsent, type Check } from '../../core/message/forms.js'
import { asError, readThrown } from '../../core/thrown/read-thrown.js'
import { allFrames, placeOf, userFrames } from '../../core/thrown/user-frames.js'
import { isCallbackError } from '../../core/thrown/callback-error.js'

/** An error that a callback threw on another node, as plain data that can travel in JSON too. */
export interface RemoteErrorFields {
  name: string
  message: string
  /** The remote error's own code, where it had one. */
  code: string | undefined
  stack: string | undefined
  node: string
  /** Whether daffi itself refused the call, and `code` is its own; else a callback has thrown it, whatever its code. */
  refused?: boolean
  cause?: Omit<RemoteErrorFields, 'node' | 'refused'>
}

type CauseFields = Omit<RemoteErrorFields, 'node' | 'refused'>

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

  constructor({ name, message, code, stack, node, refused, cause }: RemoteErrorFields) {
    const frames = userFrames({ message, stack })
    super(refused && code !== undefined && isErrorCode(code) ? code : 'DAFFI_REMOTE', message, {
      details: {
        node,
        name,
        ...(code === undefined ? {} : { remoteCode: code }),
        ...placeOf(frames),
        ...(frames.length === 0 ? {} : { stack: frames.map((line) => line.trim()).join('\n') }),
      },
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

const isRefusal: Check = mapOf<Pick<RemoteErrorFields, 'node' | 'refused'>>({
  node: isText,
  refused: orAbsent(isBoolean),
})

/** Whether the value is an error that another node has sent. */
export const isRemoteFields = (value: unknown): value is RemoteErrorFields =>
  isCause(value) && isRefusal(value)

/** Describes anything that was thrown on `node`, to be sent to the caller. What another node has thrown stays that node's. */
export function remoteFields(
  thrown: unknown,
  node: string,
  limits: ErrorLimits = { text: MAX_TEXT, causes: MAX_CAUSES },
): RemoteErrorFields {
  const error = asError(thrown)
  const fields = { ...fieldsOf(error, limits), ...(isRefused(error) ? { refused: true } : {}) }
  if (!(error instanceof RemoteError)) return { ...fields, node }
  const { remoteName: name, remoteCode: code, remoteStack: stack } = error
  return { ...fields, name, code, stack: stack?.slice(0, limits.text), node: error.node }
}

/** Whether daffi refused the call, here or on the node that had it. */
function isRefused(error: Error): boolean {
  return error instanceof DaffiError && error.code !== 'DAFFI_REMOTE' && !isCallbackError(error)
}

function fieldsOf(thrown: unknown, { text, causes }: ErrorLimits): CauseFields {
  const { name, message, code, cause } = readThrown(thrown)
  return {
    name: short(name, MAX_NAME),
    message: short(message, text),
    code: code === undefined ? undefined : short(code, MAX_NAME),
    stack: stackOf(thrown, text),
    ...(cause === undefined || causes === 0 ? {} : { cause: fieldsOf(cause, { text, causes: causes - 1 }) }),
  }
}

/**
 * Name, message and the stack in the user's code; undefined for an error of daffi's own that comes from nowhere there. Else it
 * is the whole stack.
 */
function stackOf(thrown: unknown, max: number): string | undefined {
  const frames = userFrames(thrown)
  const lines = frames.length > 0 || asError(thrown) instanceof DaffiError ? frames : allFrames(thrown)
  if (lines.length === 0) return undefined
  const { name, message } = readThrown(thrown)
  return short([short(`${name}: ${message}`, max / 2), ...lines].join('\n'), max)
}

function short(text: string, max: number): string {
  return text.length > max ? `${text.slice(0, max)}…` : text
}

function toCause({ cause, ...fields }: CauseFields): Error {
  return asError({ ...fields, cause: cause && toCause(cause) })
}
