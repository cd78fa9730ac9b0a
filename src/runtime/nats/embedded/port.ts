import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { dirname } from 'node:path'
import type { Logger } from '../../core/logger.js'
import { portError } from '../../core/process/port-error.js'
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
    const reason = await whyTaken(requested)
    if (reason === undefined) return requested
    throw portError(reason, `nats-server cannot use port ${requested} of 127.0.0.1`)
  }
  const last = await lastPort(files)
  if (last === undefined) return ANY_PORT
  if ((await whyTaken(last)) === undefined) return last
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

/** Error of listening on a port; undefined when it is free. */
async function whyTaken(port: number): Promise<unknown> {
  const server = createServer()
  try {
    server.listen({ port, host: '127.0.0.1', exclusive: true })
    await once(server, 'listening')
    return undefined
  } catch (error) {
    return error
  } finally {
    server.close()
  }
}
