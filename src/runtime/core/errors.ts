import { ERRORS, isErrorCode, type ErrorCode } from './error-codes.js'

export interface DaffiErrorOptions {
  /** The error underneath, kept for `cause`. */
  cause?: unknown
  /** What to do next; the table's general advice when absent. */
  next?: string
  /** Machine-readable facts, put beside code and message in `--json` output. */
  details?: Record<string, unknown>
}

/**
 * The one family of errors that daffi throws. `code` is stable and listed in docs/errors.md;
 * `message` says what happened; `next` says what to do about it.
 */
export class DaffiError extends Error {
  override readonly name: string = 'DaffiError'
  readonly code: ErrorCode
  readonly next: string
  readonly details: Record<string, unknown> | undefined

  constructor(code: ErrorCode, message: string, options: DaffiErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.next = options.next ?? ERRORS[code].next
    this.details = options.details
  }

  /** The exit code of a command that ends with this error. */
  get exitCode(): number {
    return ERRORS[this.code].exit
  }
}

/** What an error looks like in `--json` output and on the wire between daffi's own processes. */
export interface ErrorRecord {
  code: string
  message: string
  next?: string
  details?: Record<string, unknown>
}

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

/** The inverse of `toErrorRecord`, for errors that come from another of daffi's processes. */
export function fromErrorRecord(record: ErrorRecord): DaffiError {
  const code = isErrorCode(record.code) ? record.code : 'DAFFI_INTERNAL'
  return new DaffiError(code, record.message, {
    ...(record.next === undefined ? {} : { next: record.next }),
    ...(record.details === undefined ? {} : { details: record.details }),
  })
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
