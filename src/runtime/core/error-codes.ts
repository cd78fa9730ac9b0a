export interface ErrorEntry {
  /** Exit code of a command that ends with it: 1 a failure, 2 wrong usage, 78 the pipeline file. */
  exit: 1 | 2 | 78
  /** What the code stands for. */
  meaning: string
  /** What to do, when the place that throws has nothing better to say. */
  next: string
}

/** Every code that daffi can give. docs/errors.md lists the same table; a test compares them. */
export const ERRORS = {
  DAFFI_INTERNAL: {
    exit: 1,
    meaning: 'Something unforeseen failed.',
    next: 'Run it again with DEBUG=daffi for the stack trace, and report it.',
  },
  DAFFI_USAGE: {
    exit: 2,
    meaning: 'The command line is wrong.',
    next: 'See --help of the command.',
  },
  DAFFI_BAD_DURATION: {
    exit: 2,
    meaning: 'A duration cannot be read.',
    next: 'Write seconds as a number, or text such as 500ms, 5s, 1m24s, 1.2 minutes.',
  },
  DAFFI_BAD_NAME: {
    exit: 2,
    meaning: 'A name cannot be used on the wire.',
    next: 'Use letters, digits, _ and - only.',
  },
  DAFFI_TIMEOUT: {
    exit: 1,
    meaning: 'Something did not happen in time.',
    next: 'Raise the timeout, or find out why it takes so long.',
  },
  DAFFI_ABORTED: {
    exit: 1,
    meaning: 'The caller cancelled it.',
    next: 'Nothing, if that was wanted.',
  },
} as const satisfies Record<string, ErrorEntry>

export type ErrorCode = keyof typeof ERRORS
