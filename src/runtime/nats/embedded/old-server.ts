import { execFile } from 'node:child_process'
import { readFile, rm } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import type { ServerFiles } from './server-config.js'

/** Longer than the guard of a dead owner takes to end the server. */
const GUARD_MS = 2000
const LOOK_MS = 50

/**
 * Sees to it that the server of an owner that is dead is gone, since it holds the port and the store. Its guard is
 * about to end it; if that is gone too, it is killed. A process that isn't ours cannot be awaited, only looked at.
 */
export async function endOldServer(files: ServerFiles): Promise<void> {
  const pid = Number(await readFile(files.pid, 'utf8').catch(() => ''))
  if (!Number.isInteger(pid) || pid <= 0) return
  const since = Date.now()
  while (await isServer(pid, files)) {
    if (Date.now() - since > GUARD_MS) kill(pid)
    await delay(LOOK_MS)
  }
  await rm(files.pid, { force: true })
}

/** Process ids are reused, so the command line has to name this project's configuration. */
async function isServer(pid: number, files: ServerFiles): Promise<boolean> {
  return (await commandLine(pid)).includes(files.config)
}

async function commandLine(pid: number): Promise<string> {
  try {
    if (process.platform === 'linux') return await readFile(`/proc/${pid}/cmdline`, 'utf8')
    if (process.platform === 'win32') return ''
    return (await promisify(execFile)('ps', ['-ww', '-o', 'args=', '-p', String(pid)])).stdout
  } catch {
    return ''
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
