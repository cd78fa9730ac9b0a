import { closeSync, constants, openSync } from 'node:fs'
import { optionalPackage } from '../../core/process/optional-package.js'

/** Sends a request to a device, which writes its answer into `argument`; false when the device refuses. */
export type Ioctl = (request: number, argument: Buffer) => boolean

/** Opens a device and calls `use` with its ioctl. @throws when the device cannot be opened, or koffi does not load */
export async function withIoctl<T>(path: string, use: (ioctl: Ioctl) => T): Promise<T> {
  const { default: koffi } = await optionalPackage('koffi', () => import('koffi'))
  const library = koffi.load('libc.so.6')
  const call = library.func('int ioctl(int fd, unsigned long request, void *argument)')
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  try {
    return use((request, argument) => (call(fd, request, argument) as number) === 0)
  } finally {
    closeSync(fd)
  }
}
