import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, onTestFinished, test } from 'vitest'
import { isAlive } from '../../../../src/runtime/core/is-alive.js'
import { OrphanGuard } from '../../../../src/runtime/node/supervise/process/orphan-guard.js'

/** A process group whose members ignore every signal that can be ignored. */
async function stubborn(): Promise<{ pid: number; exited: Promise<unknown> }> {
  const child = spawn('/bin/sh', ['-c', 'trap "" TERM INT HUP; echo up; while :; do sleep 0.1; done'], {
    detached: true,
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const exited = once(child, 'exit')
  const { pid = 0 } = child
  onTestFinished(async () => {
    if (child.exitCode === null && child.signalCode === null) process.kill(-pid, 'SIGKILL')
    await exited
  })
  await once(child.stdout, 'data')
  return { pid, exited }
}

test('groups that are left at its end are ended, those that were removed are not', async () => {
  const groups = await Promise.all([stubborn(), stubborn(), stubborn()])
  const [first, second, third] = groups
  const guard = new OrphanGuard()
  for (const { pid } of groups) guard.add(pid)
  guard.remove(second.pid)
  await guard.close()
  await Promise.all([first.exited, third.exited])
  expect(groups.map(({ pid }) => isAlive(pid))).toEqual([false, true, false])
})

test('one that has no group ends at once', async () => {
  const guard = new OrphanGuard()
  await guard.close()
  guard.add(1_000_000_000)
  guard.remove(1_000_000_000)
  await guard.close()
})
