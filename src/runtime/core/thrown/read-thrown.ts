import { inspect, types } from 'node:util'

/** Lines of stacks in what `inspect` gives. */
const STACKS = /\n +at [^\n]*/g

/** The texts of something that was thrown. */
export interface Thrown {
  /** Name of the error's class, or the one that the error gives itself; `Error` for what is no error. */
  name: string
  /** Never empty. */
  message: string
  code: string | undefined
  stack: string | undefined
  /** As it is: to be read like any other thrown thing. */
  cause: unknown
}

/** How a thrown object without a text of its own is shown. Nothing of the user's code runs for it, and it stays short. */
const BRIEF = {
  depth: 2,
  customInspect: false,
  breakLength: Infinity,
  maxArrayLength: 10,
  maxStringLength: 1000,
} as const

/**
 * Reads anything that user's code can throw. This is the only way to look into a thrown thing: its fields may be of any type,
 * be missing, or throw themselves.
 */
export function readThrown(thrown: unknown): Thrown {
  if (!isObject(thrown)) {
    return { name: 'Error', message: textOf(thrown), code: undefined, stack: undefined, cause: undefined }
  }
  const code = fieldOf(thrown, 'code')
  const name = nameOf(thrown)
  return {
    name,
    message: messageIn(thrown) || name,
    code: typeof code === 'number' ? String(code) : textIn(code),
    stack: textIn(fieldOf(thrown, 'stack')),
    cause: fieldOf(thrown, 'cause'),
  }
}

/**
 * Gives what was thrown if it is an error whose fields are texts and can be read, else an error that says the same. A stack that
 * cannot be read, as when user's code has broken `Error.prepareStackTrace` for all errors, is replaced.
 */
export function asError(thrown: unknown): Error {
  if (isPlainError(thrown) || (replaceStack(thrown) && isPlainError(thrown))) return thrown
  const { name, message, code, stack, cause } = readThrown(thrown)
  const error = new Error(message, cause === undefined ? undefined : { cause })
  Object.defineProperty(error, 'name', { value: name, configurable: true, writable: true })
  // Not defined, for which the stack that it has would be read.
  error.stack = stack ?? `${name}: ${message}`
  return code === undefined ? error : Object.assign(error, { code })
}

/** Gives an error a stack that can be read, in place of one that cannot; false when it has one, or cannot be given one. */
function replaceStack(thrown: unknown): thrown is Error {
  if (!types.isNativeError(thrown) || textIn(fieldOf(thrown, 'stack')) !== undefined) return false
  const { name, message } = readThrown(thrown)
  return attempt(() => (thrown.stack = `${name}: ${message}`)) !== undefined
}

/** Whether it is an error of this realm, whose fields can be read, and are texts where texts are expected. */
function isPlainError(thrown: unknown): thrown is Error {
  try {
    if (types.isProxy(thrown) || !(thrown instanceof Error)) return false
    const error: Error & { code?: unknown } = thrown
    // Code and cause may be anything, but must not throw when they are read later.
    const [name, message, stack = '']: unknown[] = [
      error.name,
      error.message,
      error.stack,
      error.code,
      error.cause,
    ]
    return [name, message, stack].every((text) => typeof text === 'string')
  } catch {
    return false
  }
}

function nameOf(thrown: object): string {
  const isLikeError = isError(thrown) || textIn(fieldOf(thrown, 'message')) !== undefined
  if (typeof thrown === 'function' || !isLikeError) return 'Error'
  const name = textIn(fieldOf(thrown, 'name'))
  if (name !== undefined && name !== 'Error') return name
  const maker = fieldOf(thrown, 'constructor')
  const made = typeof maker === 'function' ? textIn(fieldOf(maker, 'name')) : undefined
  return made === undefined || made === 'Object' ? 'Error' : made
}

function messageIn(thrown: object): string {
  const message = fieldOf(thrown, 'message')
  if (typeof message === 'string' && (message !== '' || isError(thrown))) return message || membersOf(thrown)
  if (message === undefined || message === '') return isError(thrown) ? '' : textOf(thrown)
  return textOf(message)
}

/** Messages of the errors that an AggregateError without a message of its own holds. */
function membersOf(thrown: object): string {
  const errors = attempt(() => Array.from(fieldOf(thrown, 'errors') as ArrayLike<unknown>)) ?? []
  const texts = errors
    .slice(0, BRIEF.maxArrayLength)
    .map((each) => (isObject(each) ? (textIn(fieldOf(each, 'message')) ?? nameOf(each)) : textOf(each)))
  return texts.join('; ')
}

/** Text of a value of any type. */
function textOf(value: unknown): string {
  if (typeof value === 'string') return value === '' ? "''" : value
  if (!isObject(value)) return String(value)
  return (
    ownText(value) ??
    attempt(() => inspect(value, BRIEF).replace(STACKS, '')) ??
    'an object that cannot be shown'
  )
}

/** Text that an object gives itself; undefined when it has none, or only `[object Object]`. */
function ownText(value: object): string | undefined {
  const text = attempt(() =>
    typeof value === 'function' || Array.isArray(value) ? '' : String(value as Date),
  )
  return text === '' || text?.startsWith('[object ') ? undefined : text
}

function isError(value: object): boolean {
  return types.isNativeError(value) || (attempt(() => value instanceof Error) ?? false)
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function'
}

function textIn(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

function fieldOf(thrown: object, name: string): unknown {
  return attempt(() => (thrown as Record<string, unknown>)[name])
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}
