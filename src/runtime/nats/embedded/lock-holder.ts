import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** File with the process that holds the lock, for messages only: the lock itself is the socket. */
const NAME = 'nats-server.owner'

export async function rememberHolder(folder: string): Promise<void> {
  const holder = { pid: process.pid, since: new Date().toISOString() }
  await writeFile(join(folder, NAME), JSON.stringify(holder), { mode: 0o600 }).catch(() => undefined)
}

export async function forgetHolder(folder: string): Promise<void> {
  await rm(join(folder, NAME), { force: true })
}

/** The holder in words: its process id, and since when it has had the lock. */
export async function describeHolder(folder: string): Promise<string> {
  try {
    const { pid, since } = JSON.parse(await readFile(join(folder, NAME), 'utf8')) as Record<string, unknown>
    return `process ${Number(pid)}, which has held the lock of ${folder} since ${new Date(String(since)).toISOString()}`
  } catch {
    return `the process that holds the lock of ${folder}`
  }
}
