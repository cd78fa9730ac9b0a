import { readFile, readdir, readlink } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'

const GRACE_MS = 5000
const LOOK_EVERY_MS = 50

interface Found {
  pid: number
  command: string
}

/**
 * Processes that belong to a test's folder: it stands in their environment as they were started, in their command line,
 * or it holds their working folder. Any one will do, since ffmpeg may have a stripped environment and a server may have
 * another working folder. Linux only; elsewhere nothing is found.
 */
export async function processesOf(folder: string): Promise<Found[]> {
  const entries = await readdir('/proc').catch(() => [])
  const pids = entries.filter((name) => /^\d+$/.test(name)).map(Number)
  const found = await Promise.all(pids.map((pid) => look(pid, folder)))
  return found.filter((each) => each !== undefined)
}

async function look(pid: number, folder: string): Promise<Found | undefined> {
  if (pid === process.pid) return undefined
  const [environment, command, cwd] = await Promise.all([
    readFile(`/proc/${pid}/environ`, 'utf8').catch(() => ''),
    readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => ''),
    readlink(`/proc/${pid}/cwd`).catch(() => ''),
  ])
  // A zombie has no command line: it is gone, but for the parent that has not asked for its exit code.
  if (command === '') return undefined
  if (![environment, command, cwd].some((text) => text.includes(folder))) return undefined
  return { pid, command: `${pid} ${command.replaceAll('\0', ' ').trim()}` }
}

/** Resolves with those that are still there after `ms`; the kernel gives no event for strangers' ends. */
export async function waitUntilGone(folder: string, ms = GRACE_MS): Promise<Found[]> {
  const deadline = Date.now() + ms
  for (;;) {
    const left = await processesOf(folder)
    if (left.length === 0 || Date.now() > deadline) return left
    await delay(LOOK_EVERY_MS)
  }
}

/** Ends what outlives the grace period, and gives the command lines of what had to be ended. */
export async function endLeftovers(folder: string, ms = GRACE_MS): Promise<string[]> {
  const left = await waitUntilGone(folder, ms)
  for (const { pid } of left) kill(pid)
  return left.map((each) => each.command)
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It ended by itself in the meantime.
  }
}
