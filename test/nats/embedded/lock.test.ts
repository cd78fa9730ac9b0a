import { expect, onTestFinished, test } from 'vitest'
import { acquireLock, ownerIsReady, type Lock } from '../../../src/runtime/nats/embedded/lock.js'
import { temporaryFolder } from '../../support/temporary.js'

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
