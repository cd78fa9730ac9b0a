import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'
import { isAlive } from '../is-alive.js'

/** Identity of a process beyond its pid, which the kernel uses again. */
export interface ProcessIdentity {
  pid: number
  /** Process table that the pid belongs to: that of a host, or of a container on it. */
  processTable: string
  /** Time when the process was started, as the kernel counts it; null where the kernel does not say. */
  started: number | null
}

/** Identity of this process. */
export function ownIdentity(): ProcessIdentity {
  return { pid: process.pid, processTable: ownProcessTable(), started: statOf(process.pid)?.started ?? null }
}

/** Asks the kernel whether a process lives. Undefined when its process table is not this process's. */
export function isRunning({ pid, processTable, started }: ProcessIdentity): boolean | undefined {
  if (processTable !== ownProcessTable()) return undefined
  if (!isAlive(pid)) return false
  const stat = statOf(pid)
  if (!stat || started === null) return true
  // A zombie has ended, and waits only for its parent to read its exit code.
  return stat.started === started && !['Z', 'X'].includes(stat.state)
}

let processTable: string | undefined

function ownProcessTable(): string {
  return (processTable ??= findProcessTable())
}

/** On Linux, boot and pid namespace, since containers have pids of their own; elsewhere the name of the host. */
function findProcessTable(): string {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
    return `${boot} ${readlinkSync('/proc/self/ns/pid')}`
  } catch {
    return hostname()
  }
}

/** State and start of a process by Linux's proc(5); undefined where it can't be read. */
function statOf(pid: number): { state: string; started: number } | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // The second field is the program's name in parentheses, which may contain spaces and parentheses.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    return { state: fields[0] ?? '', started: Number(fields[19]) }
  } catch {
    return undefined
  }
}
