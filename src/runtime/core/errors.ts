import { ERRORS, isErrorCode, type ErrorCode } from './error-codes.js'

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

/** Text of anything that can be thrown, even of an object that cannot be converted to text. */
export function messageOf(error: unknown): string {
  if (error instanceof Error) return error.message
  try {
    return String(error)
  } catch {
    return Object.prototype.toString.call(error)
  }
}

/** Text of an error with its stack, which some errors lack, and its message, which some stacks lack. */
export function traceOf(error: unknown): string {
  const message = error instanceof Error ? `${error.name}: ${error.message}` : messageOf(error)
  const { stack }: { stack?: unknown } = error instanceof Error ? error : {}
  if (typeof stack !== 'string') return message
  return stack.includes(messageOf(error)) ? stack : `${message}\n${stack}`.trim()
}
