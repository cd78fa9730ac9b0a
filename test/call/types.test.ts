import {
  BG,
  BROADCAST,
  context,
  FG,
  NO_RETURN,
  STREAM,
  type DaffiError,
  type Global,
  type Job,
  type StreamSummary,
  type YieldingCall,
} from 'daffi'
import { expectTypeOf, test } from 'vitest'

type Sequence = typeof import('../../pipelines/callbacks/process_sequence.js')

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
    expectTypeOf(await call.default([1, 2]).with(STREAM)).toEqualTypeOf<StreamSummary>()
    // @ts-expect-error: the items are numbers
    await call.default(['a']).with(STREAM)
    // @ts-expect-error: there is no such argument
    await call.get_sequence(1)
    expectTypeOf(call).not.toHaveProperty('get_sequences')
  }
  expectTypeOf(use).toBeFunction()
})

test('a callback that yields gives a call to iterate over', () => {
  type Calls = Global<{ count: (last: number) => AsyncGenerator<number> }>['call']
  const use = (call: Calls) => call.count(3)
  expectTypeOf(use).returns.toEqualTypeOf<YieldingCall<number>>()
})

test('a callback has the types of what it calls itself', () => {
  const use = () => context<Sequence>().g.call
  expectTypeOf(use).returns.toEqualTypeOf<Global<Sequence>['call']>()
  const untyped = () => context().g
  expectTypeOf(untyped).returns.toEqualTypeOf<Global>()
})
