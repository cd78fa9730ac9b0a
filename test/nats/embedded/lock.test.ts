import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, onTestFinished, test } from 'vitest'
import {
  acquireLock,
  ownerHasLeft,
  ownerIsReady,
  type Lock,
} from '../../../src/runtime/nats/embedded/lock.js'
import { keptLog } from '../../support/kept-log.js'
import { fixture } from '../../support/paths.js'
import { open, startOwner } from '../../support/project-server.js'
import { CAN_UNSHARE } from '../../support/unshare.js'
import { temporaryFolder } from '../../support/temporary.js'
import { waitUntil } from '../../support/wait.js'

async function acquired(project: string): Promise<Lock> {
  const lock = await acquireLock(project)
  if (!lock) throw new Error('the lock is held by somebody else')
  onTestFinished(() => lock.release())
  return lock
}

test('one holder at a time; a project has one lock, another project another', async () => {
  const project = await temporaryFolder()
  const lock = await acquired(project)
  expect(await acquireLock(project)).toBeUndefined()
  expect(await acquireLock(`${project}/.`)).toBeUndefined()
  await acquired(await temporaryFolder())
  await lock.release()
  await lock.release()
  await acquired(project)
})

test('of many who want it at once, one gets it', async () => {
  const project = await temporaryFolder()
  const locks = await Promise.all(Array.from({ length: 20 }, () => acquireLock(project)))
  const held = locks.filter((lock) => lock !== undefined)
  expect(held).toHaveLength(1)
  await held[0]?.release()
})

test('who waits hears that the owner is ready, before or after', async () => {
  const project = await temporaryFolder()
  expect(await ownerIsReady(project)).toBe(false)
  const lock = await acquired(project)
  const waiting = ownerIsReady(project)
  lock.announce()
  expect(await waiting).toBe(true)
  expect(await ownerIsReady(project)).toBe(true)
})

test('who waits hears that the owner is gone, or may give up', async () => {
  const project = await temporaryFolder()
  const lock = await acquired(project)
  const waiting = ownerIsReady(project)
  const cancel = new AbortController()
  const cancelled = ownerIsReady(project, { signal: cancel.signal })
  cancel.abort()
  expect(await cancelled).toBe(false)
  await lock.release()
  expect(await waiting).toBe(false)
})

test('all who wait for the end of the owner hear of it, those who connect while it leaves as well', async () => {
  const project = await temporaryFolder()
  const { signal } = new AbortController()
  for (let round = 0; round < 5; round++) {
    const lock = await acquired(project)
    const waiting = Array.from({ length: 20 }, () => ownerHasLeft(project, signal))
    await lock.release()
    await Promise.all(waiting)
  }
})

test.skipIf(process.platform === 'win32')(
  'who waits for an owner that stands still is told which process that is, and since when',
  async () => {
    const project = await temporaryFolder()
    const owner = startOwner(project)
    const { url } = await owner.opened
    owner.process.kill('SIGSTOP')
    const { log, lines } = keptLog()
    const waiting = open(project, { log })
    await waitUntil(() => lines.length > 0)
    expect(lines).toEqual([
      expect.stringMatching(
        new RegExp(
          `^waiting for the server of process ${owner.process.pid ?? 0}, which has held the lock of .* since \\d{4}-`,
        ),
      ),
    ])
    owner.process.kill('SIGCONT')
    expect(await waiting).toMatchObject({ owned: false, info: { url } })
  },
)

test.skipIf(!CAN_UNSHARE)(
  'two containers with one path, and the network of the host, each run a server',
  async () => {
    const project = await temporaryFolder()
    const elsewhere = await temporaryFolder()
    const first = await open(project)
    const script = 'mount --bind "$1" "$2" && cd "$2" && exec "$3" "$4" "$2"'
    const command = [process.execPath, fixture('owners/server.js')]
    const other = spawn('unshare', ['-rm', 'sh', '-c', script, 'sh', elsewhere, project, ...command], {
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    const exited = once(other, 'exit')
    onTestFinished(async () => {
      other.kill('SIGTERM')
      await exited
    })
    const [line] = (await once(other.stdout, 'data')) as [Buffer]
    const second = JSON.parse(line.toString()) as { owned: boolean; url: string }
    expect([first.owned, second.owned]).toEqual([true, true])
    expect(second.url).not.toBe(first.info.url)
  },
)
