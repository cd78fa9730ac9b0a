import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'

/** Time for processes to end: what an idle machine does at once may take a busy one long. */
const GRACE_MS = 20_000
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
export function processesOf(folder: string): Found[] {
  if (!existsSync('/proc')) return []
  const pids = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
  return pids.map((pid) => look(pid, folder)).filter((each) => each !== undefined)
}

/** Files of /proc are in memory: read one by one, they need a tenth of the time that Node's threads would need for them. */
function look(pid: number, folder: string): Found | undefined {
  if (pid === process.pid) return undefined
  const command = textOf(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8'))
  // A zombie has no command line: it is gone, but for the parent that has not asked for its exit code.
  if (command === '') return undefined
  const belongs =
    command.includes(folder) ||
    textOf(() => readFileSync(`/proc/${pid}/environ`, 'utf8')).includes(folder) ||
    textOf(() => readlinkSync(`/proc/${pid}/cwd`)).includes(folder)
  return belongs ? { pid, command: `${pid} ${command.replaceAll('\0', ' ').trim()}` } : undefined
}

/** Returns what `read` does; nothing of a process that has ended, or is another user's. */
function textOf(read: () => string): string {
  try {
    return read()
  } catch {
    return ''
  }
}

/** Resolves with those that are still there after `ms`; the kernel gives no event for strangers' ends. */
export async function waitUntilGone(folder: string, ms = GRACE_MS): Promise<Found[]> {
  const deadline = Date.now() + ms
  for (;;) {
    const left = processesOf(folder)
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
