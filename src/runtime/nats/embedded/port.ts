import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { dirname } from 'node:path'
import { DaffiError } from '../../core/errors.js'
import type { Logger } from '../../core/logger.js'
import { inFolder } from '../../core/project/folder-error.js'
import type { ServerFiles } from './server-config.js'

/** Makes nats-server choose a free port. */
const ANY_PORT = -1

/**
 * Chooses the server's port: the requested one, else the last one, so that clients find the server again, else any free one.
 * @returns -1 for any free port
 * @throws DaffiError DAFFI_PORT_TAKEN
 */
export async function choosePort(
  files: ServerFiles,
  requested: number | undefined,
  log: Logger,
): Promise<number> {
  if (requested !== undefined) {
    if (await isFree(requested)) return requested
    throw new DaffiError('DAFFI_PORT_TAKEN', `port ${requested} of 127.0.0.1 is taken by another program`)
  }
  const last = await lastPort(files)
  if (last === undefined) return ANY_PORT
  if (await isFree(last)) return last
  log.warn(`port ${last}, the server's last port, is taken; using another`)
  return ANY_PORT
}

/** Stores the port for the next start. */
export async function rememberPort(files: ServerFiles, port: number): Promise<void> {
  if ((await lastPort(files)) === port) return
  await inFolder(dirname(files.lastPort), () => writeFile(files.lastPort, `${port}\n`))
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
