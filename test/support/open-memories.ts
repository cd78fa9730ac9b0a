import { readdir, readlink } from 'node:fs/promises'

/** Names of the shared memory that this process has open. */
export async function openMemories(): Promise<string[]> {
  const fds = await readdir('/proc/self/fd')
  const links = await Promise.all(fds.map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => '')))
  return links.filter((link) => link.startsWith('/memfd:daffi'))
}
