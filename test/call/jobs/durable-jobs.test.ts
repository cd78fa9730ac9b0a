import { jetstreamManager } from '@nats-io/jetstream'
import { connect } from '@nats-io/transport-node'
import { BG, context } from 'daffi'
import { expect, onTestFinished, test } from 'vitest'
import { deferred } from '../../../src/runtime/core/deferred.js'
import { connectQuickly } from '../../fixtures/nodes/quick.mjs'
import { mortalPipeline, ownPipeline } from '../../support/pipeline.js'
import { kill, start } from '../../support/talking-process.js'

interface Callbacks {
  work: (text: string) => unknown
}

const DURABLE = BG({ durable: true })

test('a job gives its value to whoever asks, its errors whole, and runs no earlier than its delay', async () => {
  const { join } = await ownPipeline<Callbacks>()
  const fail = (text: string): number => {
    if (text === 'now') return Date.now()
    throw Object.assign(new RangeError(text), { code: 'EWORK' })
  }
  await join('worker', { callbacks: { work: fail } })
  const g = await join('caller')
  const due = Date.now() + 300
  const later = await g.call.work('now').with(BG({ durable: true, delay: '300ms' }))
  const job = await g.call.work('broken').to('worker').with(DURABLE)
  const error = { code: 'DAFFI_REMOTE', message: 'broken', remoteName: 'RangeError', remoteCode: 'EWORK' }
  await expect(job.get()).rejects.toMatchObject({ ...error, node: 'worker' })
  expect(await later.get()).toBeGreaterThanOrEqual(due)
  const other = await join('other')
  const same = await other.job(job.id)
  expect([same.ready, await same.cancel()]).toEqual([true, false])
  await expect(same.get()).rejects.toMatchObject(error)
  await expect(other.job('unheard-of')).rejects.toMatchObject({ code: 'DAFFI_UNKNOWN_JOB' })
})

test('cancelling keeps a job from running, and reaches one that runs', async () => {
  const { server, join } = await ownPipeline<Callbacks>()
  const begun = deferred()
  const aborted = deferred()
  const work = async (_text: string): Promise<void> => {
    begun.resolve()
    context().signal.addEventListener('abort', () => aborted.resolve())
    await aborted.promise
  }
  await join('worker', { callbacks: { work } })
  const g = await join('caller')
  const later = await g.call.work('later').with(BG({ durable: true, eta: '1h' }))
  const running = await g.call.work('running').with(DURABLE)
  await begun.promise
  expect([await later.cancel(), await (await g.job(running.id)).cancel()]).toEqual([true, true])
  await aborted.promise
  for (const job of [later, running]) await expect(job.get()).rejects.toMatchObject({ code: 'DAFFI_ABORTED' })
  const nc = await connect({ servers: server })
  onTestFinished(() => nc.close())
  const { state } = await (await jetstreamManager(nc)).streams.info('daffi_test_jobs')
  expect(state.messages).toBe(0)
})

test('a callback that takes too long has failed; what cannot travel, too', async () => {
  const { join } = await ownPipeline<Callbacks>()
  const work = (text: string): unknown => (text === 'hang' ? new Promise(() => undefined) : () => text)
  await join('worker', { callbacks: { work } })
  const g = await join('caller')
  const hanging = await g.call.work('hang').with(BG({ durable: true, timeout: '100ms' }))
  await expect(hanging.get()).rejects.toMatchObject({ remoteCode: 'DAFFI_TIMEOUT' })
  const unsendable = await g.call.work('a function').with(DURABLE)
  await expect(unsendable.get()).rejects.toMatchObject({ remoteCode: 'DAFFI_UNSENDABLE' })
})

test('a job whose worker is killed is done by another one, which knows; its caller may be gone', async () => {
  const { server, join } = await ownPipeline<Callbacks>(connectQuickly)
  const stuck = start('job-worker', [server, 'stuck', 'stuck'])
  expect(await stuck.said()).toBe('ready')
  const caller = start('job-caller', [server, 'something'])
  const id = await caller.said()
  expect(await stuck.said()).toEqual({ text: 'something', redelivered: false })
  await kill(caller.child)
  const other = start('job-worker', [server, 'other'])
  expect(await other.said()).toBe('ready')
  await kill(stuck.child)
  expect(await other.said()).toEqual({ text: 'something', redelivered: true })
  const g = await join('asker')
  expect(await (await g.job(String(id))).get()).toBe('other did something')
})

test('a worker that stands still in a job keeps it: one outcome, by one worker', async () => {
  const { server, join } = await ownPipeline<Callbacks>(connectQuickly)
  const slow = start('job-worker', [server, 'slow', 'slow'])
  expect(await slow.said()).toBe('ready')
  const g = await join('caller')
  const job = await g.call.work('something').with(DURABLE)
  expect(await slow.said()).toEqual({ text: 'something', redelivered: false })
  const seen: string[] = []
  await join('other', { callbacks: { work: (text: string) => void seen.push(text) } })
  slow.child.kill('SIGSTOP')
  // Longer than the others need to suspect it, and to be given the job.
  await (await g.call.work('next').with(BG({ durable: true, delay: '3s' }))).get()
  slow.child.kill('SIGCONT')
  expect(await job.get()).toBe('slow did something')
  expect(seen).toEqual(['next'])
})

test('a job that is not durable ends with its node, and one that was cancelled is not done again', async () => {
  const { server, join } = await ownPipeline<Callbacks>(connectQuickly)
  const stuck = start('job-worker', [server, 'stuck', 'stuck'])
  expect(await stuck.said()).toBe('ready')
  const g = await join('caller')
  const live = await g.call.work('live').to('stuck').with(BG)
  const durable = await g.call.work('durable').with(DURABLE)
  await Promise.all([stuck.said(), stuck.said()])
  await kill(stuck.child)
  expect(await durable.cancel()).toBe(true)
  const seen: string[] = []
  await join('other', { callbacks: { work: (text: string) => void seen.push(text) } })
  await expect(live.get()).rejects.toMatchObject({ code: 'DAFFI_NODE_DIED' })
  await expect(durable.get()).rejects.toMatchObject({ code: 'DAFFI_ABORTED' })
  await g.waitProcess('other')
  // By then it would have been given out again.
  await (await g.call.work('next').with(BG({ durable: true, eta: '3s' }))).get()
  expect(seen).toEqual(['next'])
})

test('jobs survive a restart of the server, waiting, running and done', async () => {
  const { join, restart } = await mortalPipeline<Callbacks>()
  const release = deferred()
  const begun = deferred()
  const seen: string[] = []
  const work = async (text: string): Promise<string> => {
    seen.push(text)
    if (text !== 'running') return text
    begun.resolve()
    await release.promise
    return text
  }
  await join('worker', { callbacks: { work } })
  const g = await join('caller')
  const done = await g.call.work('done').with(DURABLE)
  await done.get()
  const running = await g.call.work('running').with(DURABLE)
  await begun.promise
  const waiting = await g.call.work('waiting').with(BG({ durable: true, eta: '1s' }))
  await restart()
  release.resolve()
  expect(await Promise.all([running.get(), waiting.get()])).toEqual(['running', 'waiting'])
  expect(await (await g.job(done.id)).get()).toBe('done')
  expect(seen).toEqual(['done', 'running', 'waiting'])
})

test('a node that leaves finishes the job it is at, and takes no more', async () => {
  const { join } = await ownPipeline<Callbacks>()
  const release = deferred()
  const begun = deferred()
  const first = await join('first', {
    callbacks: {
      work: async (_text: string) => {
        begun.resolve()
        await release.promise
        return 'first'
      },
    },
  })
  const g = await join('caller')
  const running = await g.call.work('a').with(DURABLE)
  await begun.promise
  const leaving = first.close()
  await join('second', { callbacks: { work: (_text: string) => 'second' } })
  const next = await g.call.work('b').with(DURABLE)
  expect(await next.get()).toBe('second')
  release.resolve()
  await leaving
  expect(await running.get()).toBe('first')
})
