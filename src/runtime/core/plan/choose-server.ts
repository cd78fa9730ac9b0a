import { DaffiError } from '../errors.js'
import type { ServerChoice } from './server-choice.js'

/**
 * The server to use, with its own credentials: the one that the command names by `--server` or NATS_URL, else the one of the
 * pipeline file, else the project's own.
 */
export function chooseServer(command: ServerChoice, file: ServerChoice): ServerChoice {
  if (command.url !== undefined) return command
  return file.url === undefined ? {} : file
}

const REFUSALS = ['DAFFI_SERVER_AUTH', 'DAFFI_SERVER_TLS']
const NEXT =
  'The pipeline file names this server, which gets what the file gives for it, such as server.token: ${NATS_TOKEN}, server.credentials ' +
  'or server.tls. NATS_TOKEN, --token, --creds and --tls-… are sent only to the server of --server or NATS_URL.'

/** The error of the connection to the chosen server; for one of the file, its advice says what that server is sent. */
export function explainRefusal(error: unknown, command: ServerChoice, file: ServerChoice): unknown {
  const isOfFile = command.url === undefined && file.url !== undefined
  if (!isOfFile || !(error instanceof DaffiError) || !REFUSALS.includes(error.code)) return error
  return new DaffiError(error.code, error.message, { cause: error.cause, next: NEXT })
}
