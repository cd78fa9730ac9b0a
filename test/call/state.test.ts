import { once } from 'node:events'
import { Kvm } from '@nats-io/kv'
import { connect } from '@nats-io/transport-node'
import { context, STREAM, StreamError, type Global, type State, type StreamSummary } from 'daffi'
import { expect, onTestFinished, test } from 'vitest'
import { deferred } from '../../src/runtime/core/deferred.js'
import { connectQuickly } from '../fixtures/nodes/quick.mjs'
import { clearStates, listStates } from '../../src/runtime/node/index.js'
import { nodePlan, pipelinePlan } from '../node/plans.js'
import { temporaryFolder } from '../support/temporary.js'
import { ownPipeline } from '../support/pipeline.js'
import { kill, start } from '../support/talking-process.js'

interface Item {
  key: number
  n: number
}

interface Callbacks {
  count: (item: Item) => void
  take: (item: unknown) => void
}

const log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }
const KEYS = 40
const options = { count: { state: true } }

/** Counts an item. @returns how many there were */
function counted(): number {
  const { state } = context<Callbacks, { count: number }>()
  const count = (state.get('count') ?? 0) + 1
  state.set('count', count)
  return count
}

/** Counts by key, as the state has them. */
class Counts {
  readonly #latest = new Map<number, number>()

  readonly count = ({ key }: Item): void => {
    const count = counted()
    expect(count).toBe(this.of(key) + 1)
    this.#latest.set(key, count)
  }

  of(key: number): number {
    return this.#latest.get(key) ?? 0
  }

  note({ key, count }: { key: number; count: number }): void {
    this.#latest.set(key, Math.max(this.of(key), count))
  }

  get sum(): number {
    return [...this.#latest.values()].reduce((sum, count) => sum + count, 0)
  }
}

/** Streams to nodes of which some leave, which is an error. */
async function streamByKey(
  g: Global<Callbacks>,
  items: AsyncIterable<Item> | Iterable<Item>,
): Promise<StreamSummary> {
  const error: unknown = await g.call
    .count(items)
    .with(STREAM({ share: { by: 'key' } }))
    .catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(StreamError)
  return (error as StreamError).summary
}

const itemOf = (n: number): Item => ({ key: n % KEYS, n })
const numbers = (count: number): Item[] => Array.from({ length: count }, (_, n) => itemOf(n))

test('a state goes with its key to the node that gets the items: away, back, and away again', async () => {
  const { join } = await ownPipeline<Callbacks>()
  const counts = new Counts()
  const { count } = counts
  await join('one', { callbacks: { count }, options })
  const joinTwo = (first: () => void): Promise<Global<Callbacks>> => {
    const callback = (item: Item): void => {
      count(item)
      first()
    }
    return join('two', { callbacks: { count: callback }, options })
  }
  let two = await joinTwo(() => undefined)
  const g = await join('writer')
  await g.waitProcess('one')
  await g.waitProcess('two')
  let items = 0
  const source = (async function* () {
    while (items < KEYS) yield itemOf(items++)
    await two.close()
    while (items < 2 * KEYS) yield itemOf(items++)
    let isBack = false as boolean
    two = await joinTwo(() => (isBack = true))
    while (!isBack) yield itemOf(items++)
    for (const end = items + KEYS; items < end;) yield itemOf(items++)
    await two.close()
    for (const end = items + KEYS; items < end;) yield itemOf(items++)
  })()
  const summary = await streamByKey(g, source)
  const { one, two: other } = summary.receivers
  expect([one?.lost, one?.failed, other?.failed]).toEqual([0, 0, 0])
  // What it had not begun with when it left.
  expect(counts.sum).toBe(items - (other?.lost ?? NaN))
})

test('a node that is killed leaves each state as of the items that it has reported', async () => {
  const { server, join } = await ownPipeline<Callbacks>(connectQuickly)
  const counts = new Counts()
  const { child } = start('counting-receiver', [server, 'dying'])
  await once(child, 'message')
  child.on('message', (message: { key: number; count: number }) => counts.note(message))
  let others = 0
  const count = ({ key }: Item): void => {
    others++
    counts.note({ key, count: counted() })
  }
  await join('one', { callbacks: { count }, options })
  const g = await join('writer')
  await g.waitProcess('dying')
  await g.waitProcess('one')
  const source = (function* () {
    for (let n = 0; n < 200; n++) {
      if (n === 100) void kill(child)
      yield itemOf(n)
    }
  })()
  const { dying } = (await streamByKey(g, source)).receivers
  expect(dying).toMatchObject({ state: 'died' })
  expect((dying?.processed ?? 0) + (dying?.lost ?? 0) + others).toBe(200)
  // What was saved may not have been reported yet.
  const least = others + (dying?.processed ?? 0)
  expect(counts.sum).toBeGreaterThanOrEqual(least)
  expect(counts.sum).toBeLessThanOrEqual(least + (dying?.lost ?? 0))
})

test('a state outlives its node; what a failing item has changed is dropped; several streams take turns', async () => {
  const { server, join } = await ownPipeline<Callbacks>()
  const counts: number[] = []
  const count = async ({ n }: Item): Promise<void> => {
    const value = counted()
    // Another stream's item would come now.
    await new Promise(setImmediate)
    if (n === 3) throw new Error('three')
    counts.push(value)
  }
  const g = await join('writer')
  for (const callbacks of [{ count }, { count }]) {
    const node = await join('counter', { callbacks, options })
    await g.waitProcess('counter')
    const stream = () =>
      g.call
        .count(numbers(5))
        .with(STREAM({ onError: 'skip' }))
        .catch(() => undefined)
    await Promise.all([stream(), stream()])
    await node.close()
  }
  expect(counts).toEqual(Array.from({ length: 16 }, (_, n) => n + 1))

  // Who looks from outside lists it, and clears it when no node has it in use any more.
  const project = await temporaryFolder()
  const plan = { ...pipelinePlan([nodePlan('counter')]), name: 'test', project }
  const visit = { server: { url: server }, timeoutMs: 5000, log, signal: new AbortController().signal }
  const state = { name: 'count.node.counter', callback: 'count', node: 'counter', values: { count: 16 } }
  const choice = { callback: undefined, limit: 50 }
  expect(await listStates(plan, choice, visit)).toMatchObject({ states: [state], more: 0 })
  const user = await join('counter', { callbacks: { count }, options })
  await expect(clearStates(plan, 'all', visit)).rejects.toMatchObject({
    code: 'DAFFI_STATE_IN_USE',
    message: 'counter has states of count in use',
  })
  await user.close()
  await expect(clearStates(plan, ['cuont'], visit)).rejects.toMatchObject({
    code: 'DAFFI_NO_STATE_KEPT',
    next: 'Did you mean count?',
  })
  expect(await clearStates(plan, ['count'], visit)).toEqual(['count.node.counter'])
  expect(await listStates(plan, choice, visit)).toEqual({ states: [], more: 0 })
})

test('a live stream has its state in memory, unless it is to be kept', async () => {
  const { join } = await ownPipeline<Callbacks>()
  const g = await join('writer')
  const [inMemory, kept]: [number[], number[]] = [[], []]
  const callbacks = {
    count: (_: Item) => void inMemory.push(counted()),
    take: (_: unknown) => void kept.push(counted()),
  }
  for (let life = 0; life < 2; life++) {
    const node = await join('counter', {
      callbacks,
      options: { ...options, take: { state: { keep: true } } },
    })
    await g.waitProcess('counter')
    const live = STREAM({ delivery: 'live', buffer: 9 })
    await Promise.all([g.call.count(numbers(2)).with(live), g.call.take(numbers(2)).with(live)])
    await node.close()
  }
  expect(inMemory).toEqual([1, 2, 1, 2])
  expect(kept).toEqual([1, 2, 3, 4])
})

test('a state that is none is told and begins anew; the errors of a state say what to do', async () => {
  const { server, join } = await ownPipeline<Callbacks>()
  const nc = await connect({ servers: server })
  onTestFinished(() => nc.close())
  const bucket = await new Kvm(nc).create('daffi_test_state', { allow_direct: false })
  await bucket.put('count.node.counter', 'nonsense')
  const errors: unknown[] = []
  const failing = (run: () => unknown): void => {
    try {
      run()
    } catch (error) {
      errors.push((error as { code: string }).code)
    }
  }
  const held = deferred<State>()
  const count = (_: Item): void => {
    const { state } = context<Callbacks>()
    expect(state.get('count')).toBeUndefined()
    failing(() => state.set('big', Buffer.alloc(70_000)))
    failing(() => state.set('fn', () => 1))
    state.set('at', new Date(5))
    state.set('gone', 1)
    state.delete('gone')
    expect([state.get('at'), state.has('gone'), state.keys()]).toEqual([new Date(5), false, ['at']])
    state.clear()
    expect(state.keys()).toEqual([])
    held.resolve(state)
  }
  const take = (_: unknown): boolean => context().state.has('count')
  await join('counter', { callbacks: { count, take }, options })
  const g = await join('writer')
  await g.waitProcess('counter')
  await g.call.count(numbers(1)).with(STREAM)
  const state = await held.promise
  failing(() => state.set('late', 1))
  expect(errors).toEqual(['DAFFI_STATE_TOO_LARGE', 'DAFFI_UNSENDABLE', 'DAFFI_NO_STATE'])
  // For a call that is no stream, and in a callback without the option.
  await expect(g.call.count(itemOf(0))).rejects.toThrow('context().state was read')
  await expect(Promise.resolve(g.call.take([1]).with(STREAM))).rejects.toMatchObject({
    summary: {
      receivers: { counter: { error: { message: expect.stringContaining('state was read') as string } } },
    },
  })
})
