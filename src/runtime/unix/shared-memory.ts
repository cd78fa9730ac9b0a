import { closeSync, constants, fstatSync, openSync, readlinkSync, readSync, writeSync } from 'node:fs'
import { MIB } from '../core/bytes.js'
import { optionalPackage } from '../core/process/optional-package.js'
import { FreedMemory } from './freed-memory.js'

/** Linux flags and error numbers, from <linux/memfd.h>, <linux/fcntl.h> and <asm-generic/mman-common.h>. */
const EINTR = 4
const MFD_CLOEXEC = 1
const MFD_ALLOW_SEALING = 2
const F_ADD_SEALS = 1033
const F_GET_SEALS = 1034
const F_SEAL_SEAL = 1
const F_SEAL_SHRINK = 2
const F_SEAL_GROW = 4
const PROT_READ = 1
const PROT_WRITE = 2
const MAP_SHARED = 1
/** Name of daffi's memory, and what the kernel shows for it in /proc. */
const MEMORY_NAME = 'daffi'
const MEMORY_LINK = `/memfd:${MEMORY_NAME} (deleted)`
/** Bytes that are allocated in much less than a millisecond. */
const ALLOCATED_AT_ONCE = MIB
/** mmap's MAP_FAILED, as an address. */
const MAP_FAILED = 0xffff_ffff_ffff_ffffn

/** System calls for shared memory. */
export interface Libc {
  memfd_create: (name: string, flags: number) => number
  ftruncate: (fd: number, length: number) => number
  posix_fallocate: (fd: number, offset: number, length: number) => number
  fcntl: (fd: number, command: number, argument: number) => number
  mmap: (
    address: null,
    length: number,
    protection: number,
    flags: number,
    fd: number,
    offset: number,
  ) => bigint
  munmap: (address: bigint, length: number) => number
  sched_yield: () => number
  view: (address: bigint, length: number) => ArrayBuffer
  freed: FreedMemory
}

/** Memory that other processes can map as well. */
export interface Mapping {
  buffer: ArrayBuffer
  /** Nothing may touch the buffer afterwards. */
  unmap: () => void
}

/** Where another process has memory, and its size. */
interface MemoryPlace {
  pid: number
  fd: number
  bytes: number
  writable: boolean
}

let libc: Promise<Libc | undefined> | undefined

/** System calls for shared memory; undefined without Linux, glibc or koffi. */
export function sharedMemory(): Promise<Libc | undefined> {
  return (libc ??= load())
}

async function load(): Promise<Libc | undefined> {
  if (process.platform !== 'linux') return undefined
  try {
    const { default: koffi } = await optionalPackage('koffi', () => import('koffi'))
    const library = koffi.load('libc.so.6')
    return {
      memfd_create: library.func('int memfd_create(const char *name, unsigned int flags)'),
      ftruncate: library.func('int ftruncate(int fd, int64_t length)'),
      posix_fallocate: library.func('int posix_fallocate(int fd, int64_t offset, int64_t length)'),
      fcntl: library.func('int fcntl(int fd, int command, int argument)'),
      mmap: library.func(
        'void *mmap(void *address, size_t length, int protection, int flags, int fd, int64_t offset)',
      ),
      munmap: library.func('int munmap(void *address, size_t length)'),
      sched_yield: library.func('int sched_yield()'),
      view: (address, length) => koffi.view(address, length),
      freed: new FreedMemory(library.func('int mallopt(int parameter, int value)')),
    }
  } catch {
    return undefined
  }
}

/**
 * Creates memory without a file, sealed against shrinking and growing. What is allocated of it stays, so that no process can
 * touch a missing page there. Undefined when there is not enough memory.
 * @param allocated bytes that are allocated now, from the start on; `allocate` adds others
 */
export function createMemory(
  libc: Libc,
  bytes: number,
  allocated = bytes,
): (Mapping & { fd: number }) | undefined {
  const fd = libc.memfd_create(MEMORY_NAME, MFD_CLOEXEC | MFD_ALLOW_SEALING)
  if (fd < 0) return undefined
  const ready =
    libc.ftruncate(fd, bytes) === 0 &&
    allocate(libc, fd, 0, allocated) &&
    libc.fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) === 0
  const mapping = ready ? map(libc, fd, bytes, true) : undefined
  if (!mapping) {
    closeSync(fd)
    return undefined
  }
  const unmap = (): void => {
    mapping.unmap()
    closeSync(fd)
  }
  return { fd, buffer: mapping.buffer, unmap }
}

/**
 * Allocates a range of memory. False when there is not enough. A little at a time: before Linux 6.11 a signal undoes all that is being
 * allocated, and a profiler sends one each millisecond.
 */
export function allocate(libc: Libc, fd: number, offset: number, bytes: number): boolean {
  const end = offset + bytes
  for (let at = offset; at < end;) {
    const error = libc.posix_fallocate(fd, at, Math.min(ALLOCATED_AT_ONCE, end - at))
    if (error === 0) at += ALLOCATED_AT_ONCE
    else if (error !== EINTR) return false
  }
  return true
}

/**
 * Stores bytes, part after part, in memory without a file. It is not mapped, which takes longer than the copy. Undefined when
 * there is not enough memory.
 */
export function storeInMemory(
  libc: Libc,
  parts: readonly Uint8Array[],
): { fd: number; close: () => void } | undefined {
  const fd = libc.memfd_create(MEMORY_NAME, MFD_CLOEXEC)
  if (fd < 0) return undefined
  try {
    for (const part of parts) for (let at = 0; at < part.length;) at += writeSync(fd, part, at)
    return { fd, close: () => closeSync(fd) }
  } catch {
    closeSync(fd)
    return undefined
  }
}

/** Reads so many bytes that are all that another process's memory has; undefined when it can't be reached, or has another size. */
export function readMemory(place: { pid: number; fd: number; bytes: number }): Buffer | undefined {
  const own = openFile({ ...place, writable: false })
  if (own === undefined) return undefined
  try {
    // eslint-disable-next-line no-restricted-syntax -- given only when all of it is written
    const bytes = Buffer.allocUnsafeSlow(place.bytes)
    for (let at = 0, read = 0; at < bytes.length; at += read) {
      read = readSync(own, bytes, at, bytes.length - at, at)
      if (read === 0) return undefined
    }
    return bytes
  } catch {
    return undefined
  } finally {
    closeSync(own)
  }
}

/** Maps another process's memory; undefined when that can't be reached, or was not made by `createMemory`. */
export function openMemory(libc: Libc, place: MemoryPlace): Mapping | undefined {
  const own = openFile(place)
  if (own === undefined) return undefined
  try {
    const seals = libc.fcntl(own, F_GET_SEALS, 0)
    if (seals < 0 || (seals & F_SEAL_SHRINK) === 0) return undefined
    return map(libc, own, place.bytes, place.writable)
  } finally {
    closeSync(own)
  }
}

/** Opens another process's memory, if it is daffi's and has that size. */
function openFile({ pid, fd, bytes, writable }: MemoryPlace): number | undefined {
  let own: number | undefined
  try {
    const path = `/proc/${pid}/fd/${fd}`
    // Looked at before it is opened: a device acts on that, and a pipe would wait.
    if (readlinkSync(path) !== MEMORY_LINK) return undefined
    own = openSync(path, (writable ? constants.O_RDWR : constants.O_RDONLY) | constants.O_NONBLOCK)
    const stat = fstatSync(own)
    if (stat.isFile() && stat.size === bytes) return own
  } catch {
    // It is gone, or another user's.
  }
  if (own !== undefined) closeSync(own)
  return undefined
}

function map(libc: Libc, fd: number, bytes: number, writable: boolean): Mapping | undefined {
  const address = libc.mmap(null, bytes, writable ? PROT_READ | PROT_WRITE : PROT_READ, MAP_SHARED, fd, 0)
  if (address === MAP_FAILED) return undefined
  // One view for each mapping: creating a view takes more time than all later use of it.
  const buffer = libc.view(address, bytes)
  return { buffer, unmap: () => void libc.munmap(address, bytes) }
}
