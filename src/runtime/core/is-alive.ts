/**
 * Whether a process with this id exists. A process of another user counts as alive: the kernel answers EPERM for it.
 * @param pid what is no positive whole number is no process
 */
export function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
