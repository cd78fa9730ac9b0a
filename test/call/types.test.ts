/* eslint-disable @typescript-eslint/await-thenable -- the compiler refuses these, too, and that is expected here */
import {
  BG,
  BROADCAST,
  context,
  FG,
  NO_RETURN,
  PERIOD,
  STREAM,
  type Call,
  type CallbackOptions,
  type DaffiError,
  type Frame,
  type Global,
  type Job,
  type ScheduledTask,
  type State,
  type StreamCall,
  type StreamSummary,
  type YieldingCall,
} from 'daffi'
import { describe, expectTypeOf, test } from 'vitest'
import type { ShoppingList } from '../../pipelines/callbacks/shopping.js'

type Sequence = typeof import('../../pipelines/callbacks/process_sequence.js')

interface Callbacks {
  add: (a: number, b: number) => number
  nothing: () => void
  sum: (items: number[]) => number
  sumOf: (items: Iterable<number>) => number
  take: (item: number) => void
  takeFirst: (item: number, rest?: string) => void
  takeMaybe: (item?: number) => void
  takeText: (text: string) => void
  takePoint: (point: { x: number }) => Promise<void>
  takeObject: (item: object) => void
  takeFrame: (frame: Frame) => void
  takeUnknown: (item: unknown) => string
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- as in callbacks without types
  takeAny: (item: any) => string
  takeAll: (...items: unknown[]) => string
  count: (last: number) => AsyncGenerator<number>
  countUnknown: (last: unknown) => Generator<number>
  fail: () => never
}

/** Type-checks the calls and runs none of them. */
function calls(_use: (g: Global<Callbacks>) => unknown): void {
  expectTypeOf(_use).toBeFunction()
}

test('typeof import of a module gives arguments and results by callback and modifier', () => {
  type Calls = Global<Sequence>['call']
  const use = async (call: Calls): Promise<void> => {
    expectTypeOf(await call.get_sequence()).toEqualTypeOf<number[]>()
    expectTypeOf(await call.get_sequence().with(FG)).toEqualTypeOf<number[]>()
    expectTypeOf(await call.get_sequence().with(BG)).toEqualTypeOf<Job<number[]>>()
    expectTypeOf(call.get_sequence().with(NO_RETURN)).resolves.toBeVoid()
    expectTypeOf(await call.get_sequence().with(BROADCAST)).toEqualTypeOf<
      Record<string, number[] | DaffiError>
    >()
    expectTypeOf(call.get_sequence().with(BROADCAST({ returnResult: false }))).resolves.toBeVoid()
    expectTypeOf(await call.get_sequence().with(PERIOD({ interval: 1 }))).toEqualTypeOf<ScheduledTask>()
    // @ts-expect-error: there is no such argument
    await call.get_sequence(1)
    expectTypeOf(call).not.toHaveProperty('get_sequences')
    expectTypeOf(call).not.toHaveProperty('default')
  }
  expectTypeOf(use).toBeFunction()
})

test('a default export is typed under the name of its file', () => {
  const use = async ({
    call,
  }: Global<{ process_sequence: Sequence['default'] } & Sequence>): Promise<void> => {
    expectTypeOf(await call.process_sequence([1, 2]).with(STREAM)).toEqualTypeOf<StreamSummary>()
    // @ts-expect-error: the items are numbers
    await call.process_sequence(['a']).with(STREAM)
    expectTypeOf(await call.get_sequence()).toEqualTypeOf<number[]>()
  }
  expectTypeOf(use).toBeFunction()
})

describe('STREAM', () => {
  test('is refused where the callback takes no items', () => {
    calls(async ({ call }) => {
      // @ts-expect-error: two arguments are no items
      await call.add(1, 2).with(STREAM)
      // @ts-expect-error: an iterable takes the place of one argument, and the callback has two
      await call.add([1, 2]).with(STREAM)
      // @ts-expect-error: a callback without arguments takes no items
      await call.nothing().with(STREAM)
      // @ts-expect-error: a callback without arguments takes no items
      await call.nothing([undefined]).with(STREAM)
      // @ts-expect-error: the array is the argument itself; its elements are none
      await call.sum([1, 2, 3]).with(STREAM)
      // @ts-expect-error: the iterable is the argument itself; its elements are none
      await call.sumOf(new Set([1, 2, 3])).with(STREAM)
      // @ts-expect-error: a text is one argument, though it can be iterated over
      await call.takeText('abc').with(STREAM)
      // @ts-expect-error: one item is no iterable
      await call.take(1).with(STREAM)
    })
  })

  test('takes items of the type that the callback takes', () => {
    calls(async ({ call }) => {
      expectTypeOf(await call.take([1, 2]).with(STREAM)).toEqualTypeOf<StreamSummary>()
      await call.take(new Set([1])).with(STREAM({ delivery: 'live' }))
      await call.take(call.count(3)).to('node').with(STREAM)
      await call.takeFirst([1, 2]).with(STREAM)
      await call.takeMaybe([1, 2]).with(STREAM)
      await call.takeText(['a', 'b']).with(STREAM)
      await call.takePoint([{ x: 1 }]).with(STREAM)
      await call.takeObject([{}]).with(STREAM)
      await call.sum([[1], [2, 3]]).with(STREAM)
      await call.takeFrame((async function* () {})()).with(STREAM)
      // @ts-expect-error: an item is no text
      await call.take(['a']).with(STREAM)
      // @ts-expect-error: an item is no point
      await call.takePoint([{ y: 1 }]).with(STREAM)
    })
  })

  test('is left to the caller where the callback takes anything', () => {
    calls(async ({ call }) => {
      expectTypeOf(await call.takeUnknown([1, 2])).toBeString()
      expectTypeOf(await call.takeUnknown([1, 2]).with(STREAM)).toEqualTypeOf<StreamSummary>()
      expectTypeOf(await call.takeAny([1, 2])).toBeString()
      expectTypeOf(await call.takeAny([1, 2]).with(STREAM)).toEqualTypeOf<StreamSummary>()
      expectTypeOf(await call.takeAll(1, 'a')).toBeString()
      expectTypeOf(await call.takeAll([1, 2]).to('node').with(STREAM)).toEqualTypeOf<StreamSummary>()
      expectTypeOf(await call.countUnknown([1]).with(STREAM)).toEqualTypeOf<StreamSummary>()
    })
  })

  test('is the only way to send an iterable of items', () => {
    calls(async ({ call }) => {
      expectTypeOf(call.take([1, 2, 3])).toEqualTypeOf<StreamCall>()
      // @ts-expect-error: the callback takes a number, not the array
      await call.take([1, 2, 3])
      // @ts-expect-error: nor does it after .to()
      await call.take([1, 2, 3]).to('node')
      // @ts-expect-error: FG would send the array as the item
      await call.take([1, 2, 3]).with(FG)
      // @ts-expect-error: BROADCAST would, too
      await call.take([1, 2, 3]).with(BROADCAST)
    })
  })
})

test('a callback that yields gives a call to iterate over', () => {
  calls(async ({ call }) => {
    expectTypeOf(call.count(3)).toEqualTypeOf<YieldingCall<number>>()
    expectTypeOf(call.count(3).to('node')).toEqualTypeOf<YieldingCall<number>>()
    expectTypeOf(await call.count(3)).toEqualTypeOf<number[]>()
    for await (const item of call.countUnknown([1])) expectTypeOf(item).toBeNumber()
    expectTypeOf(call.fail()).toEqualTypeOf<Call<never>>()
    // @ts-expect-error: a callback that gives one value cannot be iterated over
    for await (const item of call.add(1, 2)) expectTypeOf(item).toBeNumber()
  })
})

test('the methods of a class are callbacks', () => {
  const use = async ({ call }: Global<ShoppingList>): Promise<void> => {
    expectTypeOf(await call.get_items()).toEqualTypeOf<string[]>()
    await call.add_item(['milk', 'eggs']).with(STREAM)
    // @ts-expect-error: an item is a text
    await call.add_item(1)
  }
  expectTypeOf(use).toBeFunction()
})

test('a name that is a value gives its callback, with or without types', () => {
  const use = async (g: Global<Callbacks>, untyped: Global, name: string): Promise<void> => {
    expectTypeOf(await g.callback('add')(1, 2)).toBeNumber()
    // @ts-expect-error: there is no such callback
    g.callback('ad')
    // @ts-expect-error: a number is missing
    await g.callback('add')(1)
    expectTypeOf(await untyped.callback('add')(1, 2)).toBeUnknown()
    expectTypeOf(await untyped.callback(name)<number>(1, 2)).toBeNumber()
    await untyped.callback(name)([1, 2]).to('node').with(STREAM)
    for await (const item of untyped.callback(name)(3)) expectTypeOf(item).toBeUnknown()
    expectTypeOf(await context().g.callback('add')(1, 2)).toBeUnknown()
    // @ts-expect-error: noUncheckedIndexedAccess takes each property of an index signature for possibly undefined
    await untyped.call.add(1, 2)
  }
  expectTypeOf(use).toBeFunction()
})

test('a callback has the types of what it calls itself', () => {
  const use = () => context<Sequence>().g.call
  expectTypeOf(use).returns.toEqualTypeOf<Global<Sequence>['call']>()
  const untyped = () => context().g
  expectTypeOf(untyped).returns.toExtend<Global>()
  expectTypeOf<Global>().toExtend<ReturnType<typeof untyped>>()
  const stateful = () => context<Sequence, { count: number }>().state
  expectTypeOf<ReturnType<typeof stateful>>().toEqualTypeOf<State<{ count: number }>>()
  const count = () => stateful().get('count')
  expectTypeOf(count).returns.toEqualTypeOf<number | undefined>()
  const unknown = () => context().state.get('anything')
  expectTypeOf(unknown).returns.toBeUnknown()
  // @ts-expect-error: no such value
  const other = () => stateful().set('other', 1)
  expectTypeOf(other).toBeFunction()
})

test('a program has no levers of the host', () => {
  expectTypeOf<Global>().not.toHaveProperty('fail')
  expectTypeOf<Global>().not.toHaveProperty('renew')
})

test('the options of callbacks can be checked', () => {
  const options = { resize: { concurrency: 2, timeout: '30s' } } satisfies Record<string, CallbackOptions>
  expectTypeOf(options.resize.concurrency).toBeNumber()
  // @ts-expect-error: there is no such option
  expectTypeOf({ resize: { limit: 2 } } satisfies Record<string, CallbackOptions>).toBeObject()
})

test('a call is due by delay, or by eta', () => {
  expectTypeOf(BG({ delay: '1s' })).toEqualTypeOf(BG({ eta: 1 }))
  expectTypeOf(NO_RETURN({ delay: '1s' })).toEqualTypeOf(NO_RETURN({ eta: 1 }))
  expectTypeOf(BROADCAST({ delay: '1s' })).toEqualTypeOf(BROADCAST({ eta: 1 }))
})
