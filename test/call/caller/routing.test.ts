import { FG, NO_RETURN, type CallbackOptions } from 'daffi'
import { expect, test } from 'vitest'
import { deferred } from '../../../src/runtime/core/deferred.js'
import { connectQuickly, connectUnaware } from '../../fixtures/nodes/quick.mjs'
import { joinOn, ownPipeline } from '../../support/pipeline.js'
import { kill, start } from '../../support/talking-process.js'

interface Callbacks {
  who: () => string
  work: (what: unknown) => Promise<string>
}

const limited: Record<string, CallbackOptions> = { work: { concurrency: 1 } }

/** Callbacks of a node that says who it is; `work` waits when it is told to. */
function workerOf(name: string) {
  const begun = deferred()
  const release = deferred()
  const work = async (what: unknown): Promise<string> => {
    if (what === 'wait') {
      begun.resolve()
      await release.promise
    }
    return name
  }
  return { begun, release, connect: { callbacks: { work, who: () => name }, options: limited } }
}

test('calls that are awaited one by one go to all nodes in turn', async () => {
  const { join } = await ownPipeline<Callbacks>()
  await join('one', { callbacks: { who: () => 'one' } })
  await join('two', { callbacks: { who: () => 'two' } })
  const g = await join('caller')
  const answers = []
  for (let n = 0; n < 10; n++) answers.push(await g.call.who())
  expect(answers.filter((name) => name === 'one')).toHaveLength(5)
})

test.each(['the same', 'another'])(
  'while a call of %s caller keeps a node busy, calls go to the idle one',
  async (whose) => {
    const { join } = await ownPipeline<Callbacks>()
    const [one, two] = [workerOf('one'), workerOf('two')]
    await join('one', one.connect)
    await join('two', two.connect)
    const g = await join('caller')
    const other = whose === 'another' ? await join('other') : g
    const waiting = other.call.work('wait').to('one').with(FG)
    await one.begun.promise
    for (let n = 0; n < 10; n++) expect(await g.call.work(n)).toBe('two')
    await g.call.work(0).with(NO_RETURN)
    // A call of a named node is not passed on.
    const named = g.call.work('named').to('one').with(FG)
    one.release.resolve()
    expect(await Promise.all([waiting, named])).toEqual(['one', 'one'])
  },
)

test('when all nodes are busy, calls wait where they are', async () => {
  const { join } = await ownPipeline<Callbacks>()
  const workers = ['one', 'two', 'three'].map(workerOf)
  for (const [index, { connect }] of workers.entries()) await join(`n${index}`, connect)
  const g = await join('caller')
  const busy = workers.map((_, index) => g.call.work('wait').to(`n${index}`).with(FG))
  await Promise.all(workers.map(({ begun }) => begun.promise))
  const waiting = Array.from({ length: 9 }, (_, n) => g.call.work(n).with(FG))
  for (const { release } of workers) release.resolve()
  expect(await Promise.all(busy)).toEqual(['one', 'two', 'three'])
  expect(await Promise.all(waiting)).toHaveLength(9)
})

test('of a node that dies with a call that was passed on to it the caller learns', async () => {
  const { server, join } = await ownPipeline<Callbacks>(connectQuickly)
  const one = workerOf('one')
  await join('one', one.connect)
  const stuck = start('call-worker', [server, 'stuck', 'stuck'])
  expect(await stuck.said()).toBe('ready')
  const g = await join('caller')
  const other = await join('other')
  await Promise.all([g, other].map((each) => each.waitProcess('stuck')))
  const waiting = other.call.work('wait').to('one').with(FG)
  await one.begun.promise
  const calls = [1, 2].map((n) => g.call.work(n).with(FG({ timeout: 0 })))
  // One of the two is sent to `one`, which is busy and passes it on.
  expect([await stuck.said(), await stuck.said()]).toEqual(
    expect.arrayContaining([1, 2].map((what) => ({ what, redelivered: false }))),
  )
  const failing = calls.map((call) => expect(call).rejects.toMatchObject({ code: 'DAFFI_NODE_DIED' }))
  await kill(stuck.child)
  await Promise.all(failing)
  one.release.resolve()
  expect(await waiting).toBe('one')
})

test('a call that the next process of a killed name got is answered by it', async () => {
  const { server, join } = await ownPipeline<Callbacks>(connectQuickly)
  const first = start('call-worker', [server, 'worker'])
  expect(await first.said()).toBe('ready')
  const g = await joinOn<Callbacks>(server, connectUnaware)('caller')
  await g.waitProcess('worker')
  await kill(first.child)
  // The caller takes the first process for alive, so the call waits, and goes to the second one before its hello comes.
  const calling = g.call.work('wait').to('worker').with(FG)
  const second = workerOf('second')
  await join('worker', second.connect)
  await second.begun.promise
  await g.waitProcess('worker')
  second.release.resolve()
  expect(await calling).toBe('second')
})
