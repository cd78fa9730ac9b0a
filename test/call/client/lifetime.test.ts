import { expect, test } from 'vitest'
import { Lifetime } from '../../../src/runtime/call/client/lifetime.js'
import { deferred } from '../../../src/runtime/core/deferred.js'
import { DaffiError } from '../../../src/runtime/core/errors.js'

test('a node leaves once, and everybody who stops it waits for that', async () => {
  const steps: string[] = []
  const left = deferred()
  const lifetime = new Lifetime(async () => {
    steps.push('leave')
    await left.promise
  })
  lifetime.afterLeave(async () => void steps.push('close'))
  expect(lifetime.isClosing).toBe(false)
  const stopping = [lifetime.stop(), lifetime.stop()]
  expect(lifetime.isClosing).toBe(true)
  left.resolve()
  await Promise.all([...stopping, lifetime.ended])
  expect(steps).toEqual(['leave', 'close'])
})

test('what was opened before is closed even when leaving failed', async () => {
  const steps: string[] = []
  const lifetime = new Lifetime(() => Promise.reject(new Error('no server')))
  lifetime.afterLeave(async () => void steps.push('close'))
  await expect(lifetime.stop()).rejects.toThrow('no server')
  await lifetime.ended
  expect(steps).toEqual(['close'])
})

test('an error that made the node leave is that of its end, and not of stopping it', async () => {
  const lifetime = new Lifetime(async () => undefined)
  lifetime.fail(new DaffiError('DAFFI_NAME_LOST', 'taken over'))
  await lifetime.stop()
  await expect(lifetime.ended).rejects.toMatchObject({ code: 'DAFFI_NAME_LOST' })
})
