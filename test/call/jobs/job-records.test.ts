import { headers } from '@nats-io/transport-node'
import { BG, context } from 'daffi'
import { expect, test } from 'vitest'
import { DurableJob } from '../../../src/runtime/call/jobs/durable-job.js'
import { encodeRecord, type JobRecord } from '../../../src/runtime/call/jobs/store/job-record.js'
import { deferred } from '../../../src/runtime/core/deferred.js'
import { connectQuickly } from '../../fixtures/nodes/quick.mjs'
import { openJobStore } from '../../support/job-store.js'
import { ownPipeline } from '../../support/pipeline.js'

interface Callbacks {
  work: (text: string) => unknown
}

const DURABLE = BG({ durable: true })

/** A callback that waits in its first call until it is released, and notes each call. */
function slowWork() {
  const begun = deferred()
  const release = deferred()
  const redelivered: boolean[] = []
  const signals: AbortSignal[] = []
  const work = async (text: string): Promise<string> => {
    redelivered.push(context().redelivered)
    signals.push(context().signal)
    begun.resolve()
    if (redelivered.length === 1) await release.promise
    return text
  }
  return { work, begun, release, redelivered, signals }
}

test('the end of a job is read, whether or not this process hears of it', async () => {
  const { server, join } = await ownPipeline<Callbacks>()
  const { work, begun, release } = slowWork()
  await join('worker', { callbacks: { work } })
  const g = await join('caller')
  const { id } = await g.call.work('a').with(DURABLE)
  await begun.promise
  const { nc, names, store } = await openJobStore(server)
  // Nothing is ever published where this one listens.
  const deaf = Object.assign(Object.create(names) as typeof names, { ended: () => 'elsewhere' })
  const job = new DurableJob(id, { nc, names: deaf, store, pipeline: 'test' })
  expect([await job.look(), job.ready]).toEqual([true, false])
  const following = job.follow()
  release.resolve()
  expect(await job.get()).toBe('a')
  await following
})

test("an outcome that the server has refused is nobody's outcome", async () => {
  const { server, join } = await ownPipeline<Callbacks>()
  const { work, begun, release } = slowWork()
  await join('worker', { callbacks: { work } })
  const g = await join('caller')
  const job = await g.call.work('right').with(DURABLE)
  await begun.promise
  const { nc, names, record } = await openJobStore(server)
  const heard = nc.subscribe(names.record(job.id), { max: 1 })
  const head = headers()
  head.set('Nats-Expected-Last-Subject-Sequence', '99')
  const wrong: JobRecord = { state: 'done', value: 'wrong', sequence: 1 }
  const { error } = (
    await nc.request(names.record(job.id), encodeRecord(wrong), { headers: head, timeout: 5000 })
  ).json<{ error?: { code: number } }>()
  expect(error?.code).toBe(400)
  await heard[Symbol.asyncIterator]().next()
  await nc.flush()
  expect(job.ready).toBe(false)
  release.resolve()
  expect(await job.get()).toBe('right')
  expect(await record(job.id)).toMatchObject({ state: 'done', value: 'right' })
})

test('a job that was taken over is aborted where it was, and stays in the queue until it is done', async () => {
  const { server, join } = await ownPipeline<Callbacks>(connectQuickly)
  const { work, begun, release, signals, redelivered } = slowWork()
  await join('worker', { callbacks: { work } })
  const g = await join('caller')
  const job = await g.call.work('a').with(DURABLE)
  await begun.promise
  const { put } = await openJobStore(server)
  const aborted = new Promise((resolve) => signals[0]?.addEventListener('abort', resolve))
  // Somebody who is gone already.
  await put(job.id, { state: 'running', sequence: 1, node: 'other', incarnation: 'gone' })
  await aborted
  expect(String(signals[0]?.reason)).toMatch(/was taken over by another node/)
  release.resolve()
  expect(await job.get()).toBe('a')
  expect(redelivered).toEqual([false, true])
})

test('jobs of a route that was announced to nobody are found', async () => {
  const { server, join } = await ownPipeline<Callbacks>(connectQuickly)
  const done = deferred<string>()
  const g = await join('worker', { callbacks: { work: (text: string) => done.resolve(text) } })
  const { store } = await openJobStore(server)
  const caller = { node: 'foreign', incarnation: 'foreign' }
  const target = { callback: 'work', to: undefined }
  await store.queue.addRoute('call.work')
  await store.queue.add({ id: 'one', target, caller }, Buffer.from('["unannounced"]'), headers())
  expect(await done.promise).toBe('unannounced')
  expect(await (await g.job('one')).get()).toBe(undefined)
})

test('a job for a node whose consumer is gone is done when the node is there', async () => {
  const { server, join } = await ownPipeline<Callbacks>()
  const first = await join('worker', { callbacks: { work: (text: string) => text } })
  const g = await join('caller')
  const later = await g.call
    .work('later')
    .to('worker')
    .with(BG({ durable: true, delay: '1s' }))
  await first.close()
  const { jsm, names } = await openJobStore(server)
  const { config } = await jsm.consumers.info(names.stream, names.consumer('node.worker'))
  expect(config.inactive_threshold).toBeGreaterThan(24 * 3600 * 1e9)
  await jsm.consumers.delete(names.stream, names.consumer('node.worker'))
  await join('worker', { callbacks: { work: (text: string) => `${text} but done` } })
  expect(await later.get()).toBe('later but done')
})

test('a job that is deleted with the queue is given up by who waits for it', async () => {
  const { server, join } = await ownPipeline<Callbacks>()
  const g = await join('both', { callbacks: { work: (text: string) => text } })
  const job = await g.call.work('later').with(BG({ durable: true, delay: '1h' }))
  const { jsm, names } = await openJobStore(server)
  await jsm.streams.purge(names.stream)
  await expect(job.get()).rejects.toMatchObject({ code: 'DAFFI_UNKNOWN_JOB' })
})

test('a firing is not held up by the one before, whose acknowledgement was lost', async () => {
  const { server } = await ownPipeline<Callbacks>()
  const { store, jsm, names, put } = await openJobStore(server)
  const target = { callback: 'work', to: undefined }
  const fire = (key: string): Promise<boolean> =>
    store.queue.addUnique('timer', target, Buffer.from('[]'), headers(), key)
  expect([await fire('first'), await fire('second')]).toEqual([true, false])
  expect(await store.removeEnded('timer')).toBe(false)
  const message = await jsm.streams.getMessage(names.stream, { last_by_subj: names.all('timer') })
  const sequence = message?.seq ?? 0
  await put('timer', { state: 'running', sequence, node: 'worker', incarnation: 'w' })
  expect(await store.removeEnded('timer')).toBe(false)
  await put('timer', { state: 'done', value: 1, sequence })
  expect([await fire('second'), await store.removeEnded('timer'), await fire('second')]).toEqual([
    false,
    true,
    true,
  ])
  // The record is that of the job before.
  expect(await store.removeEnded('timer')).toBe(false)
})
