import { closeSync, readdirSync, readFileSync } from 'node:fs'

/** Flag of a descriptor that no other program inherits, as all have that Node.js opens, in Linux's fdinfo. */
const CLOSE_ON_EXEC = 0o2000000

/**
 * Closes descriptors that came from the shell, or whatever else has started daffi: a process that outlives it must not hold its pipes
 * and sockets open. Only Linux tells which they are.
 * @param kept number up to which descriptors stay
 */
export function closeInherited(kept: number): void {
  if (process.platform !== 'linux') return
  for (const name of readdirSync('/proc/self/fd')) {
    const fd = Number(name)
    if (fd > kept && isInherited(fd)) closeSync(fd)
  }
}

function isInherited(fd: number): boolean {
  try {
    const flags = /^flags:\s*([0-7]+)/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'latin1'))?.[1]
    return flags !== undefined && (Number.parseInt(flags, 8) & CLOSE_ON_EXEC) === 0
  } catch {
    // The one by which the folder was read.
    return false
  }
}
