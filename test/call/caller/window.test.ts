import { setTimeout as sleep } from 'node:timers/promises'
import { BROADCAST, FG, NO_RETURN } from 'daffi'
import { expect, test } from 'vitest'
import { deferred } from '../../../src/runtime/core/deferred.js'
import { ownPipeline } from '../../support/pipeline.js'
import { start } from '../../support/talking-process.js'
import { waitFor } from '../../support/wait.js'

interface Callbacks {
  size: (bytes: Uint8Array) => number
  keep: (bytes: Uint8Array) => void
  give: (bytes: number) => Uint8Array
  who: () => string
}

const outcomes = async (calls: PromiseLike<unknown>[]): Promise<Record<string, number>> => {
  const counts: Record<string, number> = {}
  for (const result of await Promise.allSettled(calls)) {
    const outcome = result.status === 'fulfilled' ? 'ok' : (result.reason as { code: string }).code
    counts[outcome] = (counts[outcome] ?? 0) + 1
  }
  return counts
}

const times = <T>(count: number, make: () => T): T[] => Array.from({ length: count }, make)

test('hundreds of calls with large arguments at once are all answered', async () => {
  const { join } = await ownPipeline<Callbacks>()
  await join('worker', { callbacks: { size: (bytes: Uint8Array) => bytes.length } })
  const g = await join('caller')
  const bytes = new Uint8Array(1_000_000)
  expect(await outcomes(times(300, () => g.call.size(bytes)))).toEqual({ ok: 300 })
})

test('hundreds of results come to a caller that is busy, large and small', async () => {
  const { join } = await ownPipeline<Callbacks>()
  await join('worker', { callbacks: { give: (bytes: number) => new Uint8Array(bytes) } })
  const g = await join('caller')
  for (const bytes of [100_000, 1_000_000]) {
    const count = 100_000_000 / bytes
    expect(await outcomes(times(count, () => g.call.give(bytes)))).toEqual({ ok: count })
  }
})

test('NO_RETURN is carried out, however fast the caller and slow the worker', async () => {
  const { join } = await ownPipeline<Callbacks>()
  const all = deferred()
  let kept = 0
  const keep = async (_: Uint8Array): Promise<void> => {
    await sleep(5)
    if (++kept === 200) all.resolve()
  }
  await join('worker', { callbacks: { keep }, options: { keep: { concurrency: 1 } } })
  const g = await join('caller')
  const bytes = new Uint8Array(700_000)
  expect(await outcomes(times(200, () => g.call.keep(bytes).with(NO_RETURN)))).toEqual({ ok: 200 })
  await all.promise
})

test('a node that stands still has its calls when it goes on; meanwhile they wait, or fail if they are to', async () => {
  const { server, join } = await ownPipeline<Callbacks>()
  const worker = start('call-worker', [server, 'worker', 'steady'])
  expect(await worker.said()).toBe('ready')
  const g = await join('caller')
  await g.waitProcess('worker')
  worker.child.kill('SIGSTOP')
  const small = new Uint8Array(100_000)
  const waiting = outcomes([
    ...times(1000, () => g.call.size(small).with(FG)),
    ...times(50, () => g.call.size(new Uint8Array(1_000_000)).with(FG)),
  ])
  const failing = [small, new Uint8Array(1_000_000)].map((bytes) =>
    g.call.size(bytes).with(FG({ busy: 'fail' })),
  )
  expect(await outcomes(failing)).toEqual({ DAFFI_BUSY: 2 })
  worker.child.kill('SIGCONT')
  expect(await waiting).toEqual({ ok: 1050 })
})

test('a call that is given up leaves the line of those that wait for room; the others go on', async () => {
  const { server, join } = await ownPipeline<Callbacks>()
  const worker = start('call-worker', [server, 'worker', 'steady'])
  expect(await worker.said()).toBe('ready')
  const g = await join('caller')
  await g.waitProcess('worker')
  worker.child.kill('SIGSTOP')
  const bytes = new Uint8Array(100_000)
  const before = outcomes(times(100, () => g.call.size(bytes)))
  const givenUp = new AbortController()
  const late = [FG({ timeout: '100ms' }), FG({ signal: givenUp.signal })].map((modifier) =>
    g.call.size(bytes).with(modifier),
  )
  const after = outcomes(times(100, () => g.call.size(bytes)))
  setTimeout(() => givenUp.abort(), 50)
  expect(await outcomes(late)).toEqual({ DAFFI_TIMEOUT: 1, DAFFI_ABORTED: 1 })
  worker.child.kill('SIGCONT')
  expect(await before).toEqual({ ok: 100 })
  expect(await after).toEqual({ ok: 100 })
  expect(await g.call.size(bytes)).toBe(100_000)
})

test('a member that stands still is an error in its place in a broadcast', async () => {
  const { server, join } = await ownPipeline<Callbacks>()
  const worker = start('call-worker', [server, 'stopped', 'steady'])
  expect(await worker.said()).toBe('ready')
  const quick = times(12, () => '').map((_, index) => `quick${index}`)
  await Promise.all(quick.map((name) => join(name, { callbacks: { who: () => name } })))
  const g = await join('caller')
  await g.waitProcess('stopped')
  worker.child.kill('SIGSTOP')
  // On a busy machine the quick ones may be too slow as well.
  await waitFor(async () => {
    expect(await g.call.who().with(BROADCAST({ timeout: '300ms' }))).toEqual({
      ...Object.fromEntries(quick.map((name) => [name, name])),
      stopped: expect.objectContaining({ code: 'DAFFI_TIMEOUT' }) as unknown,
    })
  })
  worker.child.kill('SIGCONT')
})
