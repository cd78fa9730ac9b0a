import { rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { readSecretFile, secretFault } from '../../core/ownership/secret-file.js'
import { inFolder } from '../../core/project/folder-error.js'
import { replaceFile } from '../../core/project/replace-file.js'

/** Content of `.daffi/server.json`, by which the project's other processes find the embedded server. */
export interface ServerState {
  url: string
  /** Token of this one process of nats-server; the next one has another. */
  token: string
  /** Certificate of this one process, in PEM, where clients cannot see whose server it is otherwise. @default none, and no TLS */
  certificate?: string
  /** Process id of nats-server. */
  pid: number
  version: string
}

/** Result of reading the state file: `state` when it can be trusted, `fault` when it cannot, neither when there is none. */
export interface StateReading {
  state?: ServerState
  fault?: string
}

/** Only IPv4, as clients look for the server's sockets in the table of those. */
const LOOPBACK = /^nats:\/\/127\.0\.0\.1:\d{1,5}$/
const CERTIFICATE = /^-----BEGIN CERTIFICATE-----\n[\w+/=\n]+-----END CERTIFICATE-----\n$/

export function statePath(project: string): string {
  return join(project, '.daffi', 'server.json')
}

/**
 * Reads the state file. It is trusted only if nobody else can read or write it, and it contains a loopback address. Synchronous,
 * because the NATS client's reconnect hook is; the file is small.
 */
export function examineState(project: string): StateReading {
  try {
    const text = readSecretFile(statePath(project))
    return { state: parse(text) }
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? {} : { fault: secretFault(error) }
  }
}

/** The state; undefined when there is no state file, or none that can be trusted. */
export function readState(project: string): ServerState | undefined {
  return examineState(project).state
}

/** Replaces the state file atomically, so that no reader sees half of it. */
export async function writeState(project: string, state: ServerState): Promise<void> {
  const path = statePath(project)
  await inFolder(dirname(path), () => replaceFile(path, `${JSON.stringify(state, null, 2)}\n`, 0o600))
}

export async function removeState(project: string): Promise<void> {
  await rm(statePath(project), { force: true })
}

function parse(text: string): ServerState {
  const { url, token, certificate, pid, version } = JSON.parse(text) as Partial<
    Record<keyof ServerState, unknown>
  >
  if (typeof url !== 'string' || typeof token !== 'string' || token === '')
    throw new Error('it has no URL and token')
  if (typeof pid !== 'number' || typeof version !== 'string')
    throw new Error('it has no process id and version')
  if (!LOOPBACK.test(url)) throw new Error('its address is not that of the loopback, 127.0.0.1')
  if (certificate === undefined) return { url, token, pid, version }
  if (typeof certificate !== 'string' || !CERTIFICATE.test(certificate))
    throw new Error('its certificate is none')
  return { url, token, certificate, pid, version }
}
