import { execFile } from 'node:child_process'
import { readFile, rm, stat } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import type { ServerFiles } from './server-config.js'

/** Longer than the guard of a dead owner takes to end the server. */
const GUARD_GRACE_MS = 2000
const POLL_INTERVAL_MS = 50

/**
 * Waits until the server of a dead owner has ended, since it holds the port and the store. Its guard is about to end it; if the
 * guard is gone, too, it is killed here. It is no child of this process, so it can only be polled.
 */
export async function endOldServer(files: ServerFiles): Promise<void> {
  const pid = Number(await readFile(files.pid, 'utf8').catch(() => ''))
  if (!Number.isInteger(pid) || pid <= 0) return
  const since = Date.now()
  while (await isServer(pid, files)) {
    if (Date.now() - since > GUARD_GRACE_MS) kill(pid)
    await delay(POLL_INTERVAL_MS)
  }
  await rm(files.pid, { force: true })
}

/** Whether the process is this project's nats-server. Process ids are reused, so its command line must contain the configuration file. */
async function isServer(pid: number, files: ServerFiles): Promise<boolean> {
  return (await commandLine(pid)).includes(files.config)
}

async function commandLine(pid: number): Promise<string> {
  try {
    if (process.platform === 'linux') {
      // A process of another user can have the same words in its command line.
      const { uid } = await stat(`/proc/${pid}`)
      return uid === process.geteuid?.() ? await readFile(`/proc/${pid}/cmdline`, 'utf8') : ''
    }
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
