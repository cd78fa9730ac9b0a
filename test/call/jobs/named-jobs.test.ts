import { headers } from '@nats-io/transport-node'
import { BG, type DaffiError } from 'daffi'
import { expect, test, vi } from 'vitest'
import { findJob } from '../../../src/runtime/call/jobs/visit/find-job.js'
import { listJobs } from '../../../src/runtime/call/jobs/visit/list-jobs.js'
import { retryJob } from '../../../src/runtime/call/jobs/visit/retry-job.js'
import { addNamed } from '../../../src/runtime/call/jobs/named-job.js'
import { encodeAll } from '../../../src/runtime/codec/index.js'
import { DeadLetterStore } from '../../../src/runtime/stream/index.js'
import { openJobStore, type OpenedStore } from '../../support/job-store.js'
import { ownPipeline } from '../../support/pipeline.js'
import { waitFor } from '../../support/wait.js'

interface Callbacks {
  work: (text: string) => unknown
  other: (text: string) => unknown
}

const named = (id: string) => BG({ durable: true, id })
const target = { callback: 'work', to: undefined }
const encoded = (text: string): Uint8Array => encodeAll([text], () => 'an argument')

/** Stores as commands use them, which are no nodes. */
function visit({ nc, names, store }: OpenedStore) {
  const letters = new DeadLetterStore(nc, 'test')
  return { access: { nc, names, store, pipeline: 'test' }, letters }
}

test('the same call under the same id is one job, whoever sends it and however often', async () => {
  const { join } = await ownPipeline<Callbacks>()
  const done: string[] = []
  const work = (text: string): string => `${text} ${done.push(text)}`
  const other = work
  await join('worker', { callbacks: { work, other } })
  const [one, two] = [await join('one'), await join('two')]
  const senders = [one, two, one, two]
  const jobs = await Promise.all(senders.map((g) => g.call.work('a').with(named('order-17'))))
  expect(jobs.map(({ id }) => id)).toEqual(senders.map(() => 'order-17'))
  expect(await Promise.all(jobs.map((job) => job.get()))).toEqual(senders.map(() => 'a 1'))
  expect(await (await two.call.work('a').with(named('order-17'))).get()).toBe('a 1')
  expect(done).toEqual(['a'])

  const taken = (message: RegExp) => ({
    code: 'DAFFI_JOB_ID_TAKEN',
    message: expect.stringMatching(message) as string,
  })
  await expect(one.call.work('b').with(named('order-17'))).rejects.toMatchObject(
    taken(/with other arguments/),
  )
  await expect(one.call.other('a').with(named('order-17'))).rejects.toMatchObject(taken(/calls "work"/))
  await expect(one.call.work('a').to('worker').with(named('order-17'))).rejects.toMatchObject(taken(/./))
  for (const id of ['', 'a.b', 'a b', '*', 'x'.repeat(129)])
    await expect(one.call.work('a').with(named(id))).rejects.toMatchObject({ code: 'DAFFI_BAD_NAME' })
  await expect(one.call.work('a').with(BG({ id: 'order-18' }))).rejects.toMatchObject({ code: 'DAFFI_USAGE' })
  await expect(one.call.work('x'.repeat(2 ** 20)).with(named('large'))).rejects.toMatchObject({
    code: 'DAFFI_TOO_LARGE',
  })
  expect(done).toEqual(['a'])
})

test('a caller that dies between its id and its job is followed by the next, and its late job is run by nobody', async () => {
  const { server, join } = await ownPipeline<Callbacks>()
  const done: string[] = []
  await join('worker', { callbacks: { work: (text: string) => done.push(text) } })
  const g = await join('caller')
  const opened = await openJobStore(server)
  const { store, names, jsm } = opened
  // The id is accepted, and the message that goes on from its record is never sent, or much later.
  const dying = vi.spyOn(store.queue, 'addUnique').mockResolvedValueOnce(true)
  const head = headers()
  await addNamed({ names, store }, { id: 'one', target }, encoded('a'), head)
  expect(dying).toHaveBeenCalledOnce()
  expect((await store.records.get('one'))?.state).toBe('waiting')
  expect(await store.queue.has('one')).toBe(false)
  expect(await (await g.call.work('a').with(named('one'))).get()).toBe(1)
  await store.queue.addUnique('one', target, encoded('a'), head)
  // The one that comes after it in the queue is done after it.
  expect(await (await g.call.work('b').with(named('two'))).get()).toBe(2)
  await waitFor(async () => expect((await jsm.streams.info(names.stream)).state.messages).toBe(0))
  expect(done).toEqual(['a', 'b'])
  // A record that waits for longer than it is kept is made again, and the job in the queue stays the only one.
  const later = await g.call.work('c').with(BG({ durable: true, id: 'later', delay: '1h' }))
  await jsm.streams.purge(names.bucketStream)
  expect((await g.call.work('c').with(named('later'))).id).toBe(later.id)
  await expect(g.call.work('d').with(named('later'))).rejects.toMatchObject({ code: 'DAFFI_JOB_ID_TAKEN' })
  expect((await store.queue.ids()).size).toBe(1)
})

test('a failed job is run once more under its id, however often that is asked for', async () => {
  const { server, join } = await ownPipeline<Callbacks>()
  let broken = true
  const done: string[] = []
  const work = (text: string): string => {
    done.push(text.slice(0, 1))
    if (broken) throw new RangeError('no')
    return text.slice(0, 1)
  }
  await join('worker', { callbacks: { work } })
  const g = await join('caller')
  const large = 'l'.repeat(2 ** 21)
  const failing = [
    await g.call.work('a').with(named('order')),
    await g.call.work(large).with(BG({ durable: true })),
    await g.call.work('d').with(BG({ durable: true, retry: { attempts: 1 } })),
  ]
  for (const job of failing) await expect(job.get()).rejects.toThrow('no')
  const opened = await openJobStore(server)
  const { access, letters } = visit(opened)
  broken = false
  for (const { id } of failing) {
    const { sent } = (await findJob(access, letters, id)).summary
    const asked = await Promise.allSettled([1, 2, 3].map(() => retryJob(access, letters, id)))
    const refused = asked.flatMap((each) => (each.status === 'rejected' ? [each.reason as DaffiError] : []))
    // One that asks when the job has been run again already is not refused, and runs it no more.
    for (const { code } of refused) expect(code).toBe('DAFFI_JOB_NOT_FAILED')
    expect(refused.length).toBeLessThan(asked.length)
    await (await g.job(id)).get()
    // Who has only the letter does not know it.
    if (sent !== null) expect((await findJob(access, letters, id)).summary.sent).toBe(sent)
  }
  expect(done.sort().join('')).toBe('aaddll')
  expect(await letters.list()).toEqual([])
  // It is still the same job for whoever sends it.
  expect(await (await g.call.work('a').with(named('order'))).get()).toBe('a')
  await expect(retryJob(access, letters, 'order')).rejects.toThrow('job order is done')
  await expect(retryJob(access, letters, 'nobody')).rejects.toMatchObject({ code: 'DAFFI_UNKNOWN_JOB' })
  const { jobs, more } = await listJobs(access, letters, { limit: 2 })
  expect([jobs.map(({ state }) => state), more]).toEqual([['done', 'done'], 1])
  const { summary } = await findJob(access, letters, 'order')
  expect(summary).toMatchObject({ state: 'done', node: 'worker', attempts: 1, left: 0 })
  expect(summary.failures).toMatchObject([
    { node: 'worker', message: expect.stringMatching(/no \(.*:\d+\)$/) as string },
  ])
})

test('forged records and messages are passed over by who lists and shows jobs', async () => {
  const { server, join } = await ownPipeline<Callbacks>()
  const g = await join('caller', { callbacks: { work: (text: string) => text } })
  await (await g.call.work('a').with(named('true'))).get()
  const opened = await openJobStore(server)
  const { nc, names, bucket } = opened
  const { access, letters } = visit(opened)
  for (const [index, text] of ['no json', '{}', '{"state":"done"}', 'null', '[]'].entries()) {
    const head = headers()
    head.set('Daffi-Job', text)
    await nc.request(names.record(`forged-${index}`), 'x', { headers: head, timeout: 5000 })
  }
  await bucket.put('plain', 'hello')
  await bucket.delete('true-not')
  const { jobs, more } = await listJobs(access, letters, { limit: 9 })
  expect([jobs.map(({ id }) => id), more]).toEqual([['true'], 0])
  for (const id of ['forged-1', 'plain', 'true-not', 'a.b', '>'])
    await expect(findJob(access, letters, id)).rejects.toMatchObject({ code: 'DAFFI_UNKNOWN_JOB' })
})
