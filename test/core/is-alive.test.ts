import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { afterEach, expect, test, vi } from 'vitest'
import { isAlive } from '../../src/runtime/core/is-alive.js'

afterEach(() => vi.restoreAllMocks())

test('this process, its parent and the first one are alive', () => {
  expect(isAlive(process.pid)).toBe(true)
  expect(isAlive(process.ppid)).toBe(true)
  expect(isAlive(1)).toBe(true)
})

test('a child is alive until it has ended', async () => {
  const child = spawn(process.execPath, ['-e', 'process.stdin.resume()'], {
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  const pid = child.pid ?? NaN
  expect(isAlive(pid)).toBe(true)
  child.stdin.end()
  await once(child, 'exit')
  expect(isAlive(pid)).toBe(false)
})

// Tests may run as root, who may signal everybody: so the kernel's answers are given here.
test.each([
  ['EPERM', true],
  ['ESRCH', false],
  ['EINVAL', false],
])('a process for which the kernel answers %s: %s', (code, alive) => {
  const kill = vi.spyOn(process, 'kill').mockImplementation(() => {
    throw Object.assign(new Error(`kill ${code}`), { code })
  })
  expect(isAlive(4711)).toBe(alive)
  expect(kill).toHaveBeenCalledExactlyOnceWith(4711, 0)
})

// To the kernel 0 and negative numbers are process groups: it would say that they exist.
test.each([0, -1, -process.pid, NaN, Infinity, 1.5])(
  '%d is no process, and the kernel is not asked',
  (pid) => {
    const kill = vi.spyOn(process, 'kill')
    expect(isAlive(pid)).toBe(false)
    expect(kill).not.toHaveBeenCalled()
  },
)
