/**
 * Whether a process with this id exists. One of another user exists, too: for it the kernel answers EPERM.
 * @param pid anything but a positive whole number gives false
 */
export function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
