import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { STREAM, StreamError, type Global, type StreamSummary } from 'daffi'
import { expect, onTestFinished, test } from 'vitest'
import { fixture } from '../support/paths.js'
import { ownPipeline } from '../support/pipeline.js'

interface Callbacks {
  take: (item: unknown) => void
}

interface Taken {
  item: number
  redelivered: boolean
}

interface Member {
  name: string
  child: ChildProcess
  taken: Taken[]
}

const range = (count: number): number[] => Array.from({ length: count }, (_, n) => n)
const sorted = (members: Member[]): number[] =>
  members.flatMap(({ taken }) => taken.map(({ item }) => item)).sort((a, b) => a - b)

/** Each item is one receiver's, and what became of it is known. */
function checkShares({ items, receivers }: StreamSummary): void {
  let total = 0
  for (const { offered, processed, dropped, failed, lost } of Object.values(receivers)) {
    expect(processed + dropped + failed + lost).toBe(offered)
    total += offered
  }
  expect(total).toBe(items)
}

/** A receiver in a process of its own, ended with the test. */
async function startMember(server: string, name: string, hold = ''): Promise<Member> {
  const child = fork(fixture('nodes/sharing-receiver.mjs'), [server, name, hold])
  const exited = once(child, 'exit')
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await exited
  })
  await once(child, 'message')
  const taken: Taken[] = []
  child.on('message', (message) => taken.push(message as Taken))
  return { name, child, taken }
}

/** Two quick receivers, and one that keeps its first item until it is told to go on. */
async function threeMembers(): Promise<{ g: Global<Callbacks>; quick: Member[]; slow: Member }> {
  const { server, join } = await ownPipeline<Callbacks>()
  const [one, two, slow] = await Promise.all([
    startMember(server, 'one'),
    startMember(server, 'two'),
    startMember(server, 'slow', 'hold'),
  ])
  const g = await join('writer')
  for (const name of ['one', 'two', 'slow']) await g.waitProcess(name)
  return { g, quick: [one, two], slow }
}

test.each([{ shm: false as const }, { shm: {} }])(
  'three processes divide 300 items, each going to who is free: %o',
  async ({ shm }) => {
    const { g, quick, slow } = await threeMembers()
    const items = (async function* () {
      yield* range(290)
      slow.child.send('go')
      yield* range(10).map((n) => 290 + n)
    })()
    const summary = await g.call.take(items).with(STREAM({ share: true, shm }))
    expect(sorted([...quick, slow])).toEqual(range(300))
    checkShares(summary)
    expect(summary).toMatchObject({ items: 300, error: null })
    for (const { name, taken } of [...quick, slow]) {
      expect(summary.receivers[name]).toMatchObject({ state: 'finished', processed: taken.length, lost: 0 })
      // What a receiver gets comes in order.
      expect(taken).toEqual(taken.toSorted((a, b) => a.item - b.item))
    }
    for (const { taken } of quick) expect(taken.length).toBeGreaterThan(3 * slow.taken.length)
  },
)

test('lossless: what a member that is killed had in hand is lost and counted, the others take the rest', async () => {
  const { g, quick, slow } = await threeMembers()
  const items = (async function* () {
    yield* range(200)
    slow.child.kill('SIGKILL')
    await once(slow.child, 'exit')
    yield* range(100).map((n) => 200 + n)
  })()
  const streaming = g.call.take(items).with(STREAM({ share: true }))
  const error = await streaming.catch((thrown: unknown) => thrown)
  if (!(error instanceof StreamError)) throw new Error('the stream lost items', { cause: error })
  const { summary } = error
  checkShares(summary)
  expect(summary.receivers.slow).toMatchObject({ state: 'died', offered: 2, processed: 0, lost: 2 })
  expect(sorted(quick)).toHaveLength(298)
})
