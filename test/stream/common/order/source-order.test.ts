import fc from 'fast-check'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import type { Origin } from '../../../../src/runtime/core/stream/origin.js'
import type { OrderMember, OrderWriter } from '../../../../src/runtime/stream/common/order/order-member.js'
import { SourceOrder } from '../../../../src/runtime/stream/common/order/source-order.js'
import type { SourceMark } from '../../../../src/runtime/stream/protocol/messages.js'

const SEED = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 31))
const wide = { items: 1000, bytes: 2 ** 30, late: 'wait' } as const
const mark = (
  count: number,
  marks: SourceMark[],
): { what: 'mark'; count: number; inOrder: boolean; marks: SourceMark[] } => ({
  what: 'mark',
  count,
  inOrder: true,
  marks,
})
let writers = 0
/** A writer of its own, or the one of that name, which returns. */
const writer = (name?: string): OrderWriter => {
  const incarnation = `i${++writers}`
  return { name: name ?? incarnation, incarnation, returns: name !== undefined }
}
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** Member that offers one result after the other, as the reader of a stream does. */
class Stream {
  readonly waiting: Origin[] = []
  offered = 0
  held: Promise<void> | undefined
  dropped = 0

  constructor(
    readonly member: OrderMember,
    readonly out: Origin[],
    readonly deliver: () => Promise<void> | undefined = () => undefined,
  ) {}

  offer(source: string, item: number, time = item): void {
    this.waiting.push({ source, item, time })
    this.#next()
  }

  #next(): void {
    while (!this.held && this.waiting[0]) {
      const origin = this.waiting.shift() as Origin
      const held = this.member.offer({
        value: origin,
        origin,
        deliver: () => {
          this.out.push(origin)
          return this.deliver()
        },
        drop: () => {
          this.dropped++
        },
      })
      this.offered++
      this.member.reached(this.offered)
      this.held = held?.then(() => {
        this.held = undefined
        this.#next()
      })
    }
  }

  mark(...marks: SourceMark[]): void {
    this.member.onMark(mark(this.offered + this.waiting.length, marks))
    this.member.reached(this.offered)
  }
}

function streams(
  count: number,
  window: { items: number; bytes: number; late: 'wait' | 'skip' } = wide,
): { out: Origin[]; all: Stream[] } {
  const order = new SourceOrder()
  const out: Origin[] = []
  return { out, all: Array.from({ length: count }, () => new Stream(order.join(window, writer()), out)) }
}

const numbers = (out: readonly Origin[]): number[] => out.map(({ item }) => item)

test('a writer that died and keeps its results is waited for until it is back', () => {
  const order = new SourceOrder()
  const out: Origin[] = []
  const [a, b] = [
    new Stream(order.join(wide, writer('a')), out),
    new Stream(order.join(wide, writer('b')), out),
  ]
  a.mark(['s', -1, 0])
  b.offer('s', 1)
  b.mark(['s', 5, 5])
  b.member.leave(true)
  a.offer('s', 2)
  expect(numbers(out)).toEqual([])
  const again = new Stream(order.join(wide, writer('b')), out)
  again.offer('s', 1)
  again.mark(['s', 5, 5])
  a.mark(['s', 2, 2])
  expect(numbers(out)).toEqual([1, 2])
})

test('a node whose stream is not here yet is waited for, until it comes, is gone or stays away', () => {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
  const order = new SourceOrder()
  const out: Origin[] = []
  const a = new Stream(order.join(wide, writer('a')), out)
  const [b, c, d] = [writer(), writer(), writer()]
  for (const peer of [b, c, d]) order.expect(wide, peer)
  a.mark(['s', -1, 0])
  a.offer('s', 3)
  order.onGone(c)
  const late = new Stream(order.join(wide, b), out)
  late.offer('s', 1)
  late.mark(['s', 9, 9])
  expect(numbers(out)).toEqual([])
  order.expect(wide, b)
  vi.advanceTimersByTime(3000)
  a.mark(['s', 3, 3])
  late.mark(['s', 9, 9])
  expect(numbers(out)).toEqual([])
  vi.advanceTimersByTime(1000)
  expect(numbers(out)).toEqual([1, 3])
})

describe('a result has its turn', () => {
  test('when no other stream can bring an earlier one, also by a mark alone', () => {
    const { out, all } = streams(2)
    const [a, b] = all as [Stream, Stream]
    a.mark(['s', -1, 0])
    b.mark(['s', -1, 0])
    a.offer('s', 1)
    expect(numbers(out)).toEqual([])
    b.mark(['s', 0, 0])
    expect(numbers(out)).toEqual([1])
  })

  test('at once, when the other streams have nothing of its source', () => {
    const { out, all } = streams(2)
    const [a, b] = all as [Stream, Stream]
    a.mark(['s', -1, 0])
    b.mark(['t', -1, 0])
    a.offer('s', 4)
    expect(numbers(out)).toEqual([4])
  })

  test('when the stream that it waits for has left, or is over', () => {
    const { out, all } = streams(3)
    const [a, b, c] = all as [Stream, Stream, Stream]
    for (const each of all) each.mark(['s', -1, 0])
    a.offer('s', 9)
    b.member.leave(true)
    expect(numbers(out)).toEqual([])
    c.member.end()
    expect(numbers(out)).toEqual([9])
  })

  test('in a source that was started anew, though its numbers are lower', () => {
    const { out, all } = streams(2, { ...wide, late: 'skip' })
    const [a, b] = all as [Stream, Stream]
    a.mark(['s', -1, 0])
    b.mark(['s', -1, 0])
    a.offer('s', 700, 1000)
    b.mark(['s', 701, 1001])
    expect(numbers(out)).toEqual([700])
    a.offer('s', 0, 9000)
    b.mark(['s', 1, 9001])
    expect(numbers(out)).toEqual([700, 0])
  })
})

test('a full window waits, or gives up the late result, which is dropped when it comes', () => {
  for (const late of ['wait', 'skip'] as const) {
    const { out, all } = streams(2, { items: 3, bytes: 1000, late })
    const [a, b] = all as [Stream, Stream]
    a.mark(['s', -1, 0])
    b.mark(['s', -1, 0])
    for (const item of [1, 2, 3, 4]) a.offer('s', item)
    expect(a.offered).toBe(late === 'wait' ? 3 : 4)
    expect(numbers(out)).toEqual(late === 'wait' ? [] : [1, 2])
    b.offer('s', 0)
    expect(b.dropped).toBe(late === 'wait' ? 0 : 1)
  }
})

test('a window holds bytes as well', () => {
  const { all } = streams(2, { items: 1000, bytes: 20, late: 'wait' })
  const [a, b] = all as [Stream, Stream]
  a.mark(['s', -1, 0])
  b.mark(['s', -1, 0])
  for (let item = 1; item < 100; item++) a.offer('s', item)
  expect(a.offered).toBeLessThan(5)
})

test('two sources that hold each other up at the bound go on', async () => {
  const { out, all } = streams(2, { items: 2, bytes: 1000, late: 'wait' })
  const [a, b] = all as [Stream, Stream]
  for (const each of all) each.mark(['s', -1, 0], ['t', -1, 0])
  for (const item of [10, 11, 12]) a.offer('s', item)
  for (const item of [10, 11, 12]) b.offer('t', item)
  a.offer('t', 1)
  b.offer('s', 1)
  a.mark(['s', 20, 20], ['t', 20, 20])
  b.mark(['s', 20, 20], ['t', 20, 20])
  for (let turn = 0; turn < 20; turn++) await settled()
  expect(out).toHaveLength(8)
})

/** One run: items of one or two sources are divided among workers, with delays, filtered items, generators and deaths. */
async function run(
  sources: number,
  workers: number,
  steps: readonly { worker: number; results: number; delay: number }[],
  dying: readonly number[],
): Promise<void> {
  const window = { items: 20, bytes: 2 ** 30, late: 'wait' } as const
  const order = new SourceOrder()
  const out: Origin[] = []
  let running = 0
  const slow = (): Promise<void> | undefined => {
    expect(++running).toBe(1)
    return settled().then(() => {
      running--
    })
  }
  const all = Array.from({ length: workers }, () => new Stream(order.join(window, writer()), out, slow))
  const names = ['s', 't'].slice(0, sources)
  const work = all.map(() => [] as { source: string; item: number; results: number; delay: number }[])
  const next = new Map(names.map((name) => [name, 0]))
  for (const [index, { worker, results, delay }] of steps.entries()) {
    const source = names[index % names.length] as string
    const item = next.get(source) as number
    next.set(source, item + 1)
    work[worker % workers]?.push({ source, item, results, delay })
  }
  const alive = new Set(all.keys())
  const expected = new Map<string, { count: number; worker: number }>()
  const peak = { waiting: 0 }
  for (const stream of all) stream.mark(...names.map((name): SourceMark => [name, -1, 0]))
  for (let turn = 0; alive.size > 0 && turn < 10_000; turn++) {
    for (const index of [...alive]) {
      const stream = all[index] as Stream
      const [head] = work[index] as { source: string; item: number; results: number; delay: number }[]
      if (dying[index] === turn) {
        stream.waiting.splice(0)
        stream.member.leave(true)
        alive.delete(index)
        continue
      }
      peak.waiting = Math.max(peak.waiting, stream.member.items)
      if (stream.held || stream.waiting.length > 0) continue
      if (!head) {
        // Idle: all that is left is another's.
        stream.mark(...names.map((name): SourceMark => [name, 10_000, 10_000]))
        if (turn % 3 === 0) stream.member.end()
        if (turn % 3 === 0) alive.delete(index)
        continue
      }
      if (head.delay-- > 0) continue
      work[index]?.shift()
      for (let result = 0; result < head.results; result++) stream.offer(head.source, head.item)
      expected.set(`${head.source} ${head.item}`, { count: head.results, worker: index })
      const rest = names.map((name): SourceMark => {
        const following = work[index]?.find(({ source }) => source === name)
        const item = following ? following.item - 1 : 10_000
        return [name, item, item]
      })
      stream.mark(...rest)
    }
    await settled()
  }
  for (let turn = 0; turn < 500; turn++) await settled()
  for (const name of names) {
    const got = numbers(out.filter(({ source }) => source === name))
    expect(got).toEqual([...got].sort((one, other) => one - other))
  }
  for (const [key, { count, worker }] of expected) {
    const got = out.filter(({ source, item }) => `${source} ${item}` === key).length
    if (dying[worker] === Infinity) expect(got).toBe(count)
    else expect(got).toBeLessThanOrEqual(count)
  }
  expect(peak.waiting).toBeLessThanOrEqual(window.items)
}

test('random courses are in order, lose nothing, keep to the bound and end', async () => {
  const step = fc.record({ worker: fc.nat(3), results: fc.nat(3), delay: fc.nat(3) })
  const never = fc.constant(Infinity)
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 4 }),
      fc.array(step, { minLength: 1, maxLength: 80 }),
      fc.array(fc.oneof(never, fc.nat(40)), { minLength: 4, maxLength: 4 }),
      fc.boolean(),
      async (workers, steps, dying, isDeadly) =>
        await run(1, workers, steps, isDeadly ? dying : [Infinity, Infinity, Infinity, Infinity]),
    ),
    { seed: SEED, numRuns: 60 },
  )
})
