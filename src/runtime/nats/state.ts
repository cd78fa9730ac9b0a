import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs'
import { rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { randomId } from '../core/names.js'
import type { ServerAddress } from './address.js'

/** What `.daffi/server.json` tells the project's other processes about the embedded server. */
export interface ServerState {
  url: string
  token: string
  /** The nats-server's. */
  pid: number
  version: string
}

const LOOPBACK = /^nats:\/\/(127\.0\.0\.1|\[::1\]|localhost):\d+$/

export function statePath(project: string): string {
  return join(project, '.daffi', 'server.json')
}

/**
 * The state file's content, or undefined when there is none to believe: it has to be a regular file of this user's
 * own that nobody else can read or write, and to name a loopback address. Synchronous, because the NATS client's
 * reconnect hook is; the file is a few hundred bytes.
 */
export function readState(project: string): ServerState | undefined {
  const text = readOwnFile(statePath(project))
  const state = text === undefined ? undefined : parse(text)
  return state && LOOPBACK.test(state.url) ? state : undefined
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

function readOwnFile(path: string): string | undefined {
  let descriptor: number | undefined
  try {
    descriptor = openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0))
    const stat = fstatSync(descriptor)
    const ours = process.getuid === undefined || (stat.uid === process.getuid() && (stat.mode & 0o077) === 0)
    return stat.isFile() && ours ? readFileSync(descriptor, 'utf8') : undefined
  } catch {
    return undefined
  } finally {
    if (descriptor !== undefined) closeSync(descriptor)
  }
}

function parse(text: string): ServerState | undefined {
  try {
    const { url, token, pid, version } = JSON.parse(text) as Partial<Record<keyof ServerState, unknown>>
    if (typeof url !== 'string' || typeof token !== 'string') return undefined
    if (typeof pid !== 'number' || typeof version !== 'string') return undefined
    return { url, token, pid, version }
  } catch {
    return undefined
  }
}
