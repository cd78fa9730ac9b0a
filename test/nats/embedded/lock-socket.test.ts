import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, readdir, readlink, stat } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { dirname, join } from 'node:path'
import { execa } from 'execa'
import { expect, onTestFinished, test, vi } from 'vitest'
import { makeCandidate, type Candidate } from '../../../src/runtime/nats/embedded/lock-candidate.js'
import { reachHolder, takeLock, type LockSocket } from '../../../src/runtime/nats/embedded/lock-socket.js'
import { temporaryFolder } from '../../support/temporary.js'
import { waitFor } from '../../support/wait.js'

const LINUX = process.platform === 'linux'

/** A folder whose path is longer than the address of a socket may be. */
async function deepFolder(): Promise<string> {
  const folder = join(await temporaryFolder(), 'd'.repeat(120), '.daffi')
  await mkdir(folder, { recursive: true })
  return folder
}

async function isLocked(folder: string): Promise<boolean> {
  const holder = await reachHolder(folder)
  if (typeof holder === 'object') holder.destroy()
  return holder !== 'nobody'
}

const ignore = (socket: Socket): void => void socket.resume()

async function locked(folder: string): Promise<LockSocket> {
  const lock = await takeLock(folder, ignore)
  if (!lock) throw new Error('the lock is held by somebody else')
  onTestFinished(() => lock.release())
  return lock
}

/** Leaves a socket that nobody listens on, as a process does that is killed. */
async function leaveStale(folder: string): Promise<void> {
  const program =
    "require('node:net').createServer().listen('nats-server.lock', () => process.kill(process.pid, 'SIGKILL'))"
  await execa(process.execPath, ['-e', program], { cwd: folder, reject: false })
  expect(await readdir(folder)).toEqual(['nats-server.lock'])
}

test.skipIf(!LINUX)('a folder has one holder at a time, and keeps nothing of it', async () => {
  const folder = await deepFolder()
  expect(await isLocked(folder)).toBe(false)
  const lock = await locked(folder)
  expect([await isLocked(folder), await takeLock(folder, ignore)]).toEqual([true, undefined])
  expect(await readdir(folder)).toEqual(['nats-server.lock'])
  await lock.release()
  await lock.release()
  expect([await isLocked(folder), await readdir(folder)]).toEqual([false, []])
  await locked(folder)
})

test.skipIf(!LINUX)('whoever connects as soon as the lock is there is heard', async () => {
  const folder = await deepFolder()
  const heard = vi.fn()
  const taking = takeLock(folder, heard)
  let holder = await reachHolder(folder)
  while (typeof holder !== 'object') holder = await reachHolder(folder)
  const lock = await taking
  onTestFinished(() => lock?.release())
  await waitFor(() => expect(heard).toHaveBeenCalledOnce())
  holder.destroy()
})

test.skipIf(!LINUX)(
  'of many who want it at once, one gets it, also when a dead process has left its own',
  async () => {
    for (const prepare of [() => Promise.resolve(), leaveStale]) {
      const folder = await deepFolder()
      await prepare(folder)
      const locks = await Promise.all(Array.from({ length: 8 }, () => takeLock(folder, ignore)))
      const held = locks.filter((lock) => lock !== undefined)
      expect(held).toHaveLength(1)
      expect(await isLocked(folder)).toBe(true)
      await held[0]?.release()
      expect(await readdir(folder)).toEqual([])
    }
  },
)

test.skipIf(!LINUX)(
  'a holder that stands still and has a full queue of connections has the lock',
  async () => {
    const folder = await deepFolder()
    const program =
      "require('node:net').createServer().listen({ path: 'nats-server.lock', backlog: 1 }, () => console.log('listening'))"
    const holder = spawn(process.execPath, ['-e', program], { cwd: folder })
    onTestFinished(() => void holder.kill('SIGKILL'))
    await once(holder.stdout, 'data')
    holder.kill('SIGSTOP')
    for (let attempt = 0; attempt < 4; attempt++) expect(await isLocked(folder)).toBe(true)
    expect(await takeLock(folder, ignore)).toBeUndefined()
  },
)

test('where the folder takes no socket, a link to one elsewhere is the lock', async () => {
  const folder = await deepFolder()
  const place = join(folder, 'lock')
  const make = (): Promise<Candidate> => makeCandidate(join(folder, randomUUID()), ignore)
  const [first, second] = await Promise.all([make(), make()])
  onTestFinished(async () => {
    await Promise.all([first.remove(), second.remove()])
  })
  const put = await Promise.all([first.putInto(place), second.putInto(place)])
  expect(put.filter(Boolean)).toHaveLength(1)
  expect((await stat(dirname(await readlink(place)))).mode & 0o777).toBe(0o700)
  const [held, other] = put[0] ? [first, second] : [second, first]
  expect([await held.isAt(place), await other.isAt(place)]).toEqual([true, false])
  const socket = connect(await readlink(place))
  await once(socket, 'connect')
  socket.destroy()
  await other.replace(place)
  expect([await held.isAt(place), await other.isAt(place)]).toEqual([false, true])
  const target = await readlink(place)
  await other.remove()
  expect(existsSync(dirname(target))).toBe(false)
})
