import { BG, STREAM } from 'daffi'
import { expect, test } from 'vitest'
import { mortalServer } from '../../support/mortal-server.js'
import { joinOn } from '../../support/pipeline.js'

interface Callbacks {
  take: (item: number) => void
  add: (a: number, b: number) => number
}

test('a stream or a durable call that begins while the server is away waits for it, unless it is cut off', async () => {
  const { url, kill, startAgain } = await mortalServer()
  const join = joinOn<Callbacks>(url)
  const seen: number[] = []
  await join('worker', {
    callbacks: { take: (item: number) => void seen.push(item), add: (a: number, b: number) => a + b },
  })
  const g = await join('caller')
  await g.waitProcess('worker')
  await kill()
  const abort = new AbortController()
  const given = Promise.resolve(g.call.take([4]).with(STREAM({ signal: abort.signal })))
  abort.abort()
  await expect(given).rejects.toMatchObject({ code: 'DAFFI_ABORTED' })
  const streaming = Promise.resolve(
    g.call.take([1, 2, 3]).with(STREAM({ delivery: 'durable', name: 'late' })),
  )
  const job = Promise.resolve(g.call.add(1, 2).with(BG({ durable: true })))
  // The first attempts to connect come before it listens again.
  startAgain()
  await streaming
  expect(seen).toEqual([1, 2, 3])
  expect(await (await job).get()).toBe(3)
})
