import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { DaffiError } from '../../core/errors.js'
import type { Logger } from '../../core/logger.js'
import type { ServerFiles } from './server-config.js'

/** Lets the server choose. */
const ANY = -1

/**
 * The port asked for; else that of last time, so that clients find the server again; else any free one.
 * @throws DaffiError DAFFI_PORT_TAKEN
 */
export async function choosePort(
  files: ServerFiles,
  asked: number | undefined,
  log: Logger,
): Promise<number> {
  if (asked !== undefined) {
    if (await isFree(asked)) return asked
    throw new DaffiError('DAFFI_PORT_TAKEN', `port ${asked} of 127.0.0.1 is taken by another program`)
  }
  const last = await lastPort(files)
  if (last === undefined) return ANY
  if (await isFree(last)) return last
  log.warn(`port ${last}, the server's port of last time, is taken; using another`)
  return ANY
}

export async function rememberPort(files: ServerFiles, port: number): Promise<void> {
  await writeFile(files.lastPort, `${port}\n`)
}

async function lastPort(files: ServerFiles): Promise<number | undefined> {
  const port = Number(await readFile(files.lastPort, 'utf8').catch(() => ''))
  return Number.isInteger(port) && port > 0 && port < 65_536 ? port : undefined
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer()
  try {
    server.listen({ port, host: '127.0.0.1', exclusive: true })
    await once(server, 'listening')
    return true
  } catch {
    return false
  } finally {
    server.close()
  }
}
