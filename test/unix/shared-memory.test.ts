import { statSync } from 'node:fs'
import { expect, onTestFinished, test } from 'vitest'
import { allocate, createMemory, sharedMemory, type Libc } from '../../src/runtime/unix/index.js'

const MIB = 1024 * 1024
const EINTR = 4
const ENOSPC = 28

async function libc(): Promise<Libc> {
  const found = await sharedMemory()
  if (!found) throw new Error('these tests need shared memory')
  return found
}

test('memory is allocated also while signals interrupt what takes long', async () => {
  const system = await libc()
  let calls = 0
  const interrupted: Libc = {
    ...system,
    posix_fallocate: (fd, offset, length) => {
      if (++calls > 100) throw new Error('it never ends')
      return calls % 3 === 1 || length > 2 * MIB ? EINTR : system.posix_fallocate(fd, offset, length)
    },
  }
  const memory = createMemory(interrupted, 16 * MIB, 5 * MIB + 4096)
  if (!memory) throw new Error('not allocated')
  onTestFinished(() => memory.unmap())
  const allocated = (): number => statSync(`/proc/self/fd/${memory.fd}`).blocks * 512
  expect(allocated()).toBe(5 * MIB + 4096)
  expect(allocate(interrupted, memory.fd, 8 * MIB, 3 * MIB)).toBe(true)
  expect(allocated()).toBe(8 * MIB + 4096)
  expect(allocate({ ...system, posix_fallocate: () => ENOSPC }, memory.fd, 11 * MIB, MIB)).toBe(false)
})
