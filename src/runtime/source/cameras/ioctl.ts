import { closeSync, constants, openSync } from 'node:fs'

/** Asks a device, which answers into the same bytes; false when it refuses. */
export type Ioctl = (request: number, argument: Buffer) => boolean

/** Opens a device and hands over what asks it. @throws when it cannot be opened, or the system cannot be called */
export async function withIoctl<T>(path: string, use: (ioctl: Ioctl) => T): Promise<T> {
  const { default: koffi } = await import('koffi')
  const library = koffi.load('libc.so.6')
  const call = library.func('int ioctl(int fd, unsigned long request, void *argument)')
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  try {
    return use((request, argument) => (call(fd, request, argument) as number) === 0)
  } finally {
    closeSync(fd)
  }
}
