import { ERRORS, isErrorCode, type ErrorCode } from './error-codes.js'
import { asError, readThrown } from './thrown/read-thrown.js'
import { allFrames, userFrames } from './thrown/user-frames.js'

/** Further facts about an error. */
export interface DaffiErrorOptions {
  /** The underlying error; becomes `cause`. */
  cause?: unknown
  /** Advice for the user. @default the code's entry in `ERRORS` */
  next?: string
  /** Machine-readable facts, printed beside code and message by `--json`. */
  details?: Record<string, unknown>
}

/**
 * Base class of all errors that daffi throws. `code` is stable and listed in docs/errors.md,
 * `message` says what happened, `next` what to do about it.
 */
export class DaffiError extends Error {
  override readonly name: string = 'DaffiError'
  /** Stable code, listed in docs/errors.md. */
  readonly code: ErrorCode
  /** Advice for the user. */
  readonly next: string
  /** Machine-readable facts, which depend on the code. */
  readonly details: Record<string, unknown> | undefined

  constructor(code: ErrorCode, message: string, options: DaffiErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.next = options.next ?? ERRORS[code].next
    this.details = options.details
  }

  /** Exit code of a command that ends with this error. */
  get exitCode(): number {
    return ERRORS[this.code].exit
  }
}

/** An error as plain data: in `--json` output, and in messages between daffi's processes. */
export interface ErrorRecord {
  code: string
  message: string
  next?: string
  details?: Record<string, unknown>
}

/** Converts anything that was thrown; errors that are not daffi's get the code DAFFI_INTERNAL. */
export function toErrorRecord(error: unknown): ErrorRecord {
  if (error instanceof DaffiError) {
    return {
      code: error.code,
      message: error.message,
      next: error.next,
      ...(error.details === undefined ? {} : { details: error.details }),
    }
  }
  return { code: 'DAFFI_INTERNAL', message: messageOf(error) }
}

/** Inverse of `toErrorRecord`, for an error from another process; a code that this version does not know becomes DAFFI_INTERNAL. */
export function fromErrorRecord(record: ErrorRecord): DaffiError {
  const code = isErrorCode(record.code) ? record.code : 'DAFFI_INTERNAL'
  return new DaffiError(code, record.message, {
    ...(record.next === undefined ? {} : { next: record.next }),
    ...(record.details === undefined ? {} : { details: record.details }),
  })
}

/** Text of anything that can be thrown. */
export function messageOf(error: unknown): string {
  return readThrown(error).message
}

/** Characters of a message that a log has. */
const MAX_LOGGED = 4096
/** Length up to which a chain of causes is logged. */
const MAX_CAUSES = 4

/**
 * Text of anything that was thrown, for a log: its name and message, where in the user's code it comes from, and its causes.
 * An error that comes from nowhere there, and is not one of daffi's, has its whole stack.
 */
export function traceOf(thrown: unknown): string {
  const { name, message } = readThrown(thrown)
  const isExpected = asError(thrown) instanceof DaffiError
  const frames = userFrames(thrown)
  const lines = frames.length > 0 || isExpected ? frames : allFrames(thrown)
  const head = message === name ? name : `${name}: ${message.slice(0, MAX_LOGGED)}`
  return [head, ...lines, ...(isExpected ? [] : causesOf(thrown))].join('\n')
}

function causesOf(thrown: unknown): string[] {
  const lines = new Map<unknown, string>()
  for (let { cause } = readThrown(thrown); cause !== undefined && lines.size < MAX_CAUSES;) {
    if (cause === thrown || lines.has(cause)) break
    const { name, message, cause: next } = readThrown(cause)
    lines.set(cause, `caused by ${name}: ${message.slice(0, MAX_LOGGED)}`)
    cause = next
  }
  return [...lines.values()]
}
