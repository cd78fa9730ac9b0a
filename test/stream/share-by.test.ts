import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { STREAM, type StreamError, type StreamSummary } from 'daffi'
import { expect, test } from 'vitest'
import { connectQuickly } from '../fixtures/nodes/quick.mjs'
import { ownPipeline } from '../support/pipeline.js'
import { kill, start } from '../support/talking-process.js'
import { waitFor } from '../support/wait.js'

interface Reading {
  sensor: { id?: number | null }
  n: number
}

interface Member {
  child: ChildProcess
  taken: Reading[]
}

const KEYS = 40

async function startMember(server: string, name: string, hold = ''): Promise<Member> {
  const { child } = start('sharing-receiver', [server, name, hold])
  await once(child, 'message')
  const taken: Reading[] = []
  child.on('message', ({ item }: { item: Reading }) => taken.push(item))
  return { child, taken }
}

const keysOf = ({ taken }: Member): Set<unknown> => new Set(taken.map(({ sensor }) => sensor.id))

test('items of one key go to one member, in order; a member that dies gives its own keys away and no others', async () => {
  const { server, join } = await ownPipeline<{ take: (item: Reading) => void }>(connectQuickly)
  const names = ['one', 'two', 'dying']
  const members = await Promise.all(
    names.map((name) => startMember(server, name, name === 'dying' ? 'hold' : '')),
  )
  const [one, two, dying] = members as [Member, Member, Member]
  const g = await join('writer')
  for (const name of names) await g.waitProcess(name)
  const before: Set<unknown>[] = []
  const reading = (n: number): Reading => ({ sensor: { id: n % KEYS }, n })
  const items = (async function* () {
    for (let n = 0; n < 60; n++) yield reading(n)
    // It holds its first item, so that others of its keys are in its hand.
    if (dying.taken.length === 0) await once(dying.child, 'message')
    before.push(keysOf(one), keysOf(two))
    await kill(dying.child)
    for (let n = 60; n < 1000; n++) yield n === 777 ? { sensor: {}, n } : reading(n)
  })()
  const options = { share: { by: 'sensor.id' }, onError: 'skip' } as const
  const error = await g.call
    .take(items)
    .with(STREAM(options))
    .catch((thrown: unknown) => thrown)
  const { summary } = error as StreamError & { summary: StreamSummary }
  const { offered = 0, lost } = summary.receivers.dying ?? {}
  expect(lost).toBe(offered)
  expect(offered).toBeGreaterThan(1)
  // The item without a key has failed, and nothing is unaccounted for.
  const rest = Object.values(summary.receivers)
  expect(rest.reduce((sum, { failed }) => sum + failed, 0)).toBe(1)
  // Members tell of them by a way of their own, which may be slower than the summary.
  await waitFor(() => expect(one.taken.length + two.taken.length).toBe(1000 - offered - 1))
  for (const { taken } of [one, two]) expect(taken).toEqual(taken.toSorted((a, b) => a.n - b.n))
  expect(keysOf(one).size + keysOf(two).size).toBe(KEYS)
  for (const [at, keys] of before.entries())
    for (const key of keys) expect(keysOf([one, two][at] as Member)).toContain(key)
})

test('a durable stream by key is refused, and so is a path that is none', async () => {
  const { join } = await ownPipeline<{ take: (item: number) => void }>(connectQuickly)
  const g = await join('writer', { callbacks: { take: (item) => item === 1 } })
  const stream = (options: Parameters<typeof STREAM>[0]): Promise<unknown> =>
    Promise.resolve(g.call.take([1]).with(STREAM(options)))
  await expect(stream({ share: { by: 'id' }, delivery: 'durable' })).rejects.toMatchObject({
    code: 'DAFFI_KEYS_NOT_DURABLE',
  })
  await expect(stream({ share: { by: 'a..b' } })).rejects.toMatchObject({ code: 'DAFFI_USAGE' })
  // The function gets the item.
  await expect(stream({ share: { by: (item: unknown) => item } })).resolves.toMatchObject({ items: 1 })
})
