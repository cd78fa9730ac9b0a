import { BG, context, type Global } from 'daffi'
import { expect, test } from 'vitest'
import { DeadLetterStore } from '../../../src/runtime/stream/index.js'
import { deferred } from '../../../src/runtime/core/deferred.js'
import { connectQuickly } from '../../fixtures/nodes/quick.mjs'
import { openJobStore } from '../../support/job-store.js'
import { ownPipeline } from '../../support/pipeline.js'
import { kill, start } from '../../support/talking-process.js'

interface Callbacks {
  work: (text: string) => unknown
}

const retry = { attempts: 3, delay: '50ms', backoff: 4 }

test('a job is tried again after growing pauses, wherever there is room, and knows it', async () => {
  const { join } = await ownPipeline<Callbacks>()
  const seen: { time: number; redelivered: boolean }[] = []
  const work = (text: string): string => {
    seen.push({ time: Date.now(), redelivered: context().redelivered })
    if (seen.length < 3) throw new Error(`no ${seen.length}`)
    return text
  }
  await join('one', { callbacks: { work } })
  await join('two', { callbacks: { work } })
  const g = await join('caller')
  const job = await g.call.work('a').with(BG({ durable: true, retry }))
  expect(await job.get()).toBe('a')
  expect(seen.map(({ redelivered }) => redelivered)).toEqual([false, true, true])
  const [first = 0, second = 0, third = 0] = seen.map(({ time }) => time)
  expect([second - first >= 50, third - second >= 200]).toEqual([true, true])
})

test('after the last attempt the job has failed with the last error, and is a dead letter', async () => {
  const { server, join } = await ownPipeline<Callbacks>()
  let calls = 0
  const work = (text: string): string => {
    throw new RangeError(`${text} ${++calls}`)
  }
  await join('worker', { callbacks: { work } })
  const g = await join('caller')
  const options = { durable: true, retry: { attempts: 2, delay: 0 } }
  const job = await g.call.work('error').to('worker').with(BG(options))
  await expect(job.get()).rejects.toMatchObject({ message: 'error 2', remoteName: 'RangeError' })
  const { nc } = await openJobStore(server)
  const letters = new DeadLetterStore(nc, 'test')
  const [letter, ...others] = await letters.list()
  expect(others).toEqual([])
  expect(letter).toMatchObject({
    call: 'work',
    job: job.id,
    node: 'worker',
    to: 'worker',
    attempts: 2,
    error: {
      code: 'DAFFI_REMOTE',
      message: expect.stringMatching(/^RangeError: error 2 \(.*:\d+\)$/) as string,
    },
    retry: { attempts: 2, delayMs: 0, backoff: 2 },
  })
  if (letter) expect(await letters.item(letter)).toEqual(['error'])
})

test('without retry a job has one attempt and leaves no letter; with one attempt it leaves one', async () => {
  const { server, join } = await ownPipeline<Callbacks>()
  const fails = (text: string): never => {
    throw new Error(text)
  }
  const g: Global<Callbacks> = await join('both', { callbacks: { work: fails } })
  const { nc } = await openJobStore(server)
  const letters = async (): Promise<number> => (await new DeadLetterStore(nc, 'test').list()).length
  const plain = await g.call.work('plain').with(BG({ durable: true }))
  await expect(plain.get()).rejects.toMatchObject({ message: 'plain' })
  expect(await letters()).toBe(0)
  const kept = await g.call.work('kept').with(BG({ durable: true, retry: { attempts: 1 } }))
  await expect(kept.get()).rejects.toMatchObject({ message: 'kept' })
  expect(await letters()).toBe(1)
})

test('attempts are counted over the death of the node that made them', async () => {
  const { server, join } = await ownPipeline<Callbacks>(connectQuickly)
  const first = start('job-worker', [server, 'first', 'failing'])
  expect(await first.said()).toBe('ready')
  const g = await join('caller')
  const job = await g.call.work('a').with(BG({ durable: true, retry: { attempts: 2, delay: '1s' } }))
  expect(await first.said()).toEqual({ text: 'a', redelivered: false })
  const { record } = await openJobStore(server)
  await expect.poll(async () => (await record(job.id))?.state).toBe('waiting')
  await kill(first.child)
  const again = deferred<boolean>()
  const work = (_text: string): never => {
    again.resolve(context().redelivered)
    throw new Error('the last one')
  }
  await join('second', { callbacks: { work } })
  expect(await again.promise).toBe(true)
  await expect(job.get()).rejects.toMatchObject({ message: 'the last one' })
})

test('a job can be cancelled in the pause between two attempts', async () => {
  const { server, join } = await ownPipeline<Callbacks>()
  let calls = 0
  const work = (_text: string): never => {
    calls++
    throw new Error('no')
  }
  await join('worker', { callbacks: { work } })
  const g = await join('caller')
  const job = await g.call.work('a').with(BG({ durable: true, retry: { delay: '1h' } }))
  const { record, jsm, names } = await openJobStore(server)
  await expect.poll(async () => (await record(job.id))?.state).toBe('waiting')
  expect([job.ready, await job.cancel()]).toEqual([false, true])
  await expect(job.get()).rejects.toMatchObject({ code: 'DAFFI_ABORTED' })
  expect([calls, (await jsm.streams.info(names.stream)).state.messages]).toEqual([1, 0])
})

test('attempts that make no sense are refused, and those of a job that is not durable', async () => {
  const { join } = await ownPipeline<Callbacks>()
  const g = await join('both', { callbacks: { work: (text: string) => text } })
  const code = (options: Parameters<typeof BG>[0]): Promise<unknown> =>
    g.call
      .work('a')
      .with(BG(options))
      .then(
        () => 'taken',
        (error: unknown) => (error as { code: string }).code,
      )
  expect(await code({ durable: true, retry: { attempts: 0 } })).toBe('DAFFI_USAGE')
  expect(await code({ durable: true, retry: { backoff: 0 } })).toBe('DAFFI_USAGE')
  expect(await code({ durable: true, retry: { delay: 'soon' } })).toBe('DAFFI_BAD_DURATION')
  expect(await code({ retry: {} })).toBe('DAFFI_USAGE')
})
