import { Global, PERIOD } from 'daffi'
import { expect, onTestFinished, test } from 'vitest'
import { deferred } from '../../../src/runtime/core/deferred.js'
import { streamNames } from '../../support/jetstream.js'
import { startOlderServer } from '../../support/older-server.js'
import { mortalPipeline, ownPipeline } from '../../support/pipeline.js'
import { start } from '../../support/talking-process.js'

interface Callbacks {
  tick: (text: string) => void
}

/** A callback that notes when it was called, and something to wait for its calls with. */
function clock() {
  const times: number[] = []
  const waits: { count: number; done: () => void }[] = []
  const tick = (_text: string): void => {
    times.push(Date.now())
    for (const { count, done } of waits) if (times.length >= count) done()
  }
  const ticked = (count: number): Promise<void> =>
    new Promise((done) => {
      if (times.length >= count) done()
      else waits.push({ count, done })
    })
  return { times, tick, ticked }
}

test('a schedule fires until it is cancelled, by anyone; one node runs each firing', async () => {
  const { join } = await ownPipeline<Callbacks>()
  const { tick, ticked, times } = clock()
  await join('one', { callbacks: { tick } })
  await join('two', { callbacks: { tick } })
  const g = await join('caller')
  const task = await g.call.tick('a').with(PERIOD({ interval: '1s' }))
  await g.close()
  await ticked(4)
  // Three seconds, and one if both nodes ran each firing: any of them may be late.
  expect((times[3] ?? 0) - (times[0] ?? 0)).toBeGreaterThan(2000)
  const other = await join('other')
  const found = { uuid: task.uuid, callback: 'tick', to: null, from: 'caller', spec: { intervalMs: 1000 } }
  expect(await other.schedules()).toMatchObject([found])
  const same = await other.schedule(task.uuid)
  expect([await same.cancel(), await same.cancel()]).toEqual([true, false])
  expect(await other.schedules()).toEqual([])
  await expect(other.schedule('unheard-of')).rejects.toMatchObject({ code: 'DAFFI_UNKNOWN_SCHEDULE' })
})

test('times fire once each, and then the schedule has ended', async () => {
  const { join } = await ownPipeline<Callbacks>()
  const { tick, ticked, times } = clock()
  const g = await join('both', { callbacks: { tick } })
  const at = [Date.now() + 700, Date.now() + 1200]
  const task = await g.call.tick('a').with(PERIOD({ at: at.map((time) => new Date(time)) }))
  await ticked(2)
  expect(times[0]).toBeGreaterThanOrEqual(at[0] ?? 0)
  expect(times[1]).toBeGreaterThanOrEqual(at[1] ?? 0)
  expect([await g.schedules(), await task.cancel(), times.length]).toEqual([[], false, 2])
})

test('firings do not overlap, and one waits at most', async () => {
  const { join } = await ownPipeline<Callbacks>()
  const release = deferred()
  const begun = deferred()
  const third = deferred()
  const seen: string[] = []
  const offer = (name: string) => ({
    callbacks: {
      tick: async (_text: string): Promise<void> => {
        seen.push(`${name} begins`)
        begun.resolve()
        await release.promise
        seen.push('ends')
        if (seen.length >= 6) third.resolve()
      },
    },
  })
  await join('one', offer('one'))
  await join('two', offer('two'))
  const g = await join('caller')
  const task = await g.call
    .tick('a')
    .to('two')
    .with(PERIOD({ cron: '* * * * * *' }))
  await begun.promise
  // The seconds pass in which others fall due.
  await new Promise((resolve) => setTimeout(resolve, 2500))
  expect(seen).toEqual(['two begins'])
  release.resolve()
  await third.promise
  await task.cancel()
  expect(seen.slice(0, 6)).toEqual(['two begins', 'ends', 'two begins', 'ends', 'two begins', 'ends'])
})

test('cron is read in its time zone', async () => {
  const { join } = await ownPipeline<Callbacks>()
  const { tick, ticked } = clock()
  const g = await join('both', { callbacks: { tick } })
  // Kolkata is half an hour off all that the server could take for it.
  const minute = new Date(Date.now() + 5.5 * 3600_000).getUTCMinutes()
  const cron = `* ${minute},${(minute + 1) % 60} * * * *`
  const task = await g.call.tick('a').with(PERIOD({ cron, timeZone: 'Asia/Kolkata' }))
  await ticked(1)
  expect((await g.schedules()).map(({ spec }) => spec)).toEqual([{ cron, timeZone: 'Asia/Kolkata' }])
  await task.cancel()
})

test('what makes no sense is refused, each with its code', async () => {
  const { join } = await ownPipeline<Callbacks>()
  const g = await join('own', { callbacks: { tick: (_text: string) => undefined } })
  const refused = (options: Parameters<typeof PERIOD>[0]) =>
    g.call
      .tick('a')
      .with(PERIOD(options))
      .then(
        () => 'taken',
        (error: unknown) => (error as { code: string }).code,
      )
  expect(await refused({ interval: 0 })).toBe('DAFFI_BAD_INTERVAL')
  expect(await refused({ interval: '500ms' })).toBe('DAFFI_BAD_INTERVAL')
  expect(await refused({ interval: -1 })).toBe('DAFFI_BAD_INTERVAL')
  expect(await refused({ interval: 'soon' })).toBe('DAFFI_BAD_DURATION')
  expect(await refused({ interval: 1, at: new Date() })).toBe('DAFFI_BAD_SCHEDULE')
  expect(await refused({})).toBe('DAFFI_BAD_SCHEDULE')
  expect(await refused({ at: [] })).toBe('DAFFI_BAD_SCHEDULE')
  expect(await refused({ at: 'tomorrow' })).toBe('DAFFI_BAD_SCHEDULE')
  expect(await refused({ at: new Date(Date.now() - 1000) })).toBe('DAFFI_PAST_DEADLINE')
  expect(await refused({ cron: 'often' })).toBe('DAFFI_BAD_CRON')
  expect(await refused({ cron: '61 * * * * *' })).toBe('DAFFI_BAD_CRON')
  expect(await refused({ cron: '* * * * *', timeZone: 'Mars/Olympus' })).toBe('DAFFI_BAD_SCHEDULE')
  expect(await g.schedules()).toEqual([])
})

test('a server that has no schedules is told of at once, with the version that is needed', async () => {
  const server = await startOlderServer('2.11.9')
  const callbacks = { tick: (_text: string) => undefined }
  const g = await Global.connect<Callbacks>({ server, pipeline: 'test', processName: 'own', callbacks })
  onTestFinished(() => g.close())
  const error = {
    code: 'DAFFI_SERVER_TOO_OLD',
    message: 'PERIOD needs a NATS server of version 2.14.0 or later; this one is 2.11.9',
  }
  const task = g.call.tick('a').with(PERIOD({ interval: 1 }))
  for (const asked of [task, g.schedules(), g.schedule('any')])
    await expect(asked).rejects.toMatchObject(error)
  expect(await streamNames(server)).toEqual(['KV_daffi_test_names'])
})

test('a schedule survives restarts of the worker and the server', async () => {
  const { join, restart } = await mortalPipeline<Callbacks>()
  const [first, second] = [clock(), clock()]
  const worker = await join('worker', { callbacks: { tick: first.tick } })
  await worker.call.tick('a').with(PERIOD({ interval: 1 }))
  await first.ticked(1)
  await worker.close()
  await join('worker', { callbacks: { tick: second.tick } })
  await second.ticked(1)
  await restart()
  const before = second.times.length
  await second.ticked(before + 2)
})

test('a worker that stands still holds up no firing for long', async () => {
  const { server, join } = await ownPipeline<Callbacks>()
  const { tick, ticked, times } = clock()
  const other = start('ticking-worker', [server, 'other'])
  expect(await other.said()).toBe('ready')
  const g = await join('own', { callbacks: { tick } })
  await g.call.tick('a').with(PERIOD({ interval: 1 }))
  expect(await other.said()).toBe('tick')
  other.child.kill('SIGSTOP')
  const stopped = Date.now()
  await ticked(times.length + 6)
  const all = [stopped, ...times.filter((time) => time > stopped)]
  const gaps = all.slice(1).map((time, index) => time - (all[index] ?? 0))
  expect(Math.max(...gaps)).toBeLessThan(4000)
})
