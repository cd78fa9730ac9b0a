import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs'
import { rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { messageOf } from '../../core/errors.js'
import { randomId } from '../../core/names.js'
import type { ServerAddress } from './server-address.js'

/** What `.daffi/server.json` tells the project's other processes about the embedded server. */
export interface ServerState {
  url: string
  token: string
  /** The nats-server's. */
  pid: number
  version: string
}

/** A state file is absent (both undefined), believed, or at fault. */
export interface StateReading {
  state?: ServerState
  fault?: string
}

const LOOPBACK = /^nats:\/\/(127\.0\.0\.1|\[::1\]|localhost):\d+$/

export function statePath(project: string): string {
  return join(project, '.daffi', 'server.json')
}

/**
 * Reads the state file. It is believed only when it is a regular file of this user's own that nobody else can read
 * or write, and names a loopback address. Synchronous, because the NATS client's reconnect hook is; the file is small.
 */
export function examineState(project: string): StateReading {
  try {
    const text = readOwnFile(statePath(project))
    return { state: parse(text) }
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? {} : { fault: messageOf(error) }
  }
}

/** The state, or undefined when there is none to believe. */
export function readState(project: string): ServerState | undefined {
  return examineState(project).state
}

/** Replaces the state file in one step, so that nobody reads half of it. */
export async function writeState(project: string, state: ServerState): Promise<void> {
  const path = statePath(project)
  const fresh = `${path}.${randomId()}`
  try {
    await writeFile(fresh, `${JSON.stringify(state, null, 2)}\n`, { mode: 0o600, flag: 'wx' })
    await rename(fresh, path)
  } finally {
    await rm(fresh, { force: true })
  }
}

export async function removeState(project: string): Promise<void> {
  await rm(statePath(project), { force: true })
}

export function addressOf(
  project: string,
  { url, token }: Pick<ServerState, 'url' | 'token'>,
): ServerAddress {
  return { url, token, project }
}

function readOwnFile(path: string): string {
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW)
  try {
    const stat = fstatSync(descriptor)
    if (!stat.isFile()) throw new Error('it is not a regular file')
    if (process.getuid && stat.uid !== process.getuid()) throw new Error('it belongs to another user')
    if (process.getuid && (stat.mode & 0o077) !== 0) throw new Error('other users may read or write it')
    return readFileSync(descriptor, 'utf8')
  } finally {
    closeSync(descriptor)
  }
}

function parse(text: string): ServerState {
  const { url, token, pid, version } = JSON.parse(text) as Partial<Record<keyof ServerState, unknown>>
  if (typeof url !== 'string' || typeof token !== 'string') throw new Error('it names no URL and token')
  if (typeof pid !== 'number' || typeof version !== 'string')
    throw new Error('it names no process and version')
  if (!LOOPBACK.test(url)) throw new Error('it names an address that is not a loopback address')
  return { url, token, pid, version }
}
