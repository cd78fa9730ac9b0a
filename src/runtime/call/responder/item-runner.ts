import type { Origin } from '../../core/stream/origin.js'
import { originOf, type Deliver, type DeliveredChunk } from '../../stream/index.js'
import { runInContext, type Abort, type Invocation, type State } from '../api/context.js'
import { isThenable, type OfferedCallback } from '../invoke/registry.js'
import type { ItemInHand } from '../invoke/stage.js'
import type { IncomingOrder } from './incoming-order.js'
import { isYielding } from '../invoke/yielding.js'
import type { IncomingState } from '../state/incoming-state.js'

/** Stands for results that are taken already, since a generator runs while they are. */
const TAKEN = Symbol('taken')

/**
 * Runs a callback with one item of a stream after the other, and streams its results on where they are wanted.
 * @param source name of the stream's source
 * @param makeInvocation called at the first item
 * @param order told of the items, where the results are put in order
 * @param state gives each item the state of the callback, where that has one
 */
export function itemRunner(
  offered: OfferedCallback,
  source: string | null,
  makeInvocation: () => Invocation,
  order: IncomingOrder,
  state: IncomingState,
): Deliver {
  let stream: Invocation | undefined
  return (item, chunk, index) => {
    stream ??= makeInvocation()
    const invocation = new ItemInvocation(stream, source, chunk, index)
    const hasOrder = offered.stage?.hasOrder === true
    const hasState = state.isWanted
    if (!hasOrder && !hasState) return runItem(item, invocation, invocation, offered)
    const run = hasState
      ? runWithState(item, { invocation, chunk, index }, offered, state)
      : runOf(item, invocation, offered)
    return hasOrder ? order.deliver(invocation.origin, run) : run()
  }
}

/** Functions by themselves: closures in the runner would cost each item, also where there is neither order nor state. */
function runOf(item: unknown, invocation: ItemInvocation, offered: OfferedCallback): () => unknown {
  return () => runItem(item, invocation, invocation, offered)
}

function runWithState(
  item: unknown,
  { invocation, chunk, index }: { invocation: ItemInvocation; chunk: DeliveredChunk; index: number },
  offered: OfferedCallback,
  incoming: IncomingState,
): () => unknown {
  return () =>
    incoming.deliver(chunk, index, (state) => {
      invocation.state = state
      return runItem(item, invocation, invocation, offered)
    })
}

/** Runs the callback with an item, or what it gets in the place of one, and streams its results on where they are wanted. */
export function runItem(
  item: unknown,
  invocation: Invocation,
  inHand: ItemInHand,
  offered: OfferedCallback,
): unknown {
  const { tracer, callback } = offered
  if (tracer === undefined) return runPlainly(item, invocation, inHand, offered)
  return tracer.received(callback.name, invocation, () => runPlainly(item, invocation, inHand, offered))
}

function runPlainly(
  item: unknown,
  invocation: Invocation,
  inHand: ItemInHand,
  offered: OfferedCallback,
): unknown {
  // Read for each item, since the code and its options may be replaced.
  return offered.stage?.isOpen ? runStage(item, invocation, inHand, offered) : run(item, invocation, offered)
}

function run(item: unknown, invocation: Invocation, { callback, gate }: OfferedCallback): unknown {
  const { fn } = callback
  if (gate.isOpen) return runInContext(invocation, () => fn(item))
  return gate.pass(invocation, (gated) => runInContext(gated, async () => await fn(item)), item)
}

/** Runs the callback in its turn, which ends with its value, and not when the streams of its results have taken it. */
function runStage(
  item: unknown,
  invocation: Invocation,
  inHand: ItemInHand,
  { callback, gate, stage }: OfferedCallback,
): unknown {
  const takeYields = (value: unknown, { abort }: Invocation): unknown =>
    isYielding(value) ? Promise.resolve(stage?.take(value, inHand, abort)).then(() => TAKEN) : value
  const take = (value: unknown): unknown =>
    value === TAKEN ? undefined : stage?.take(value, inHand, invocation.abort)
  const value = gate.pass(
    invocation,
    (gated) =>
      runInContext(gated, () => {
        const { fn } = callback
        const returned: unknown = fn(item)
        return isThenable(returned)
          ? returned.then((each) => takeYields(each, gated))
          : takeYields(returned, gated)
      }),
    item,
  )
  return isThenable(value) ? value.then(take) : take(value)
}

/** Invocation with one item. A new one for each, since callbacks that have not finished yet hold theirs. */
class ItemInvocation implements Invocation, ItemInHand {
  readonly #stream: Invocation
  readonly #source: string | null
  readonly #chunk: DeliveredChunk
  readonly #index: number
  state: State | undefined

  constructor(stream: Invocation, source: string | null, chunk: DeliveredChunk, index: number) {
    this.#stream = stream
    this.#source = source
    this.#chunk = chunk
    this.#index = index
  }

  get callback(): string {
    return this.#stream.callback
  }

  get from(): string | undefined {
    return this.#stream.from
  }

  get log(): Invocation['log'] {
    return this.#stream.log
  }

  get g(): Invocation['g'] {
    return this.#stream.g
  }

  get abort(): Abort {
    return this.#stream.abort
  }

  get redelivered(): boolean {
    return this.#chunk.redelivered ?? false
  }

  get origins(): undefined {
    return undefined
  }

  get origin(): Origin {
    return originOf(this.#chunk, this.#index, this.#source)
  }

  get given(): number {
    return this.#chunk.given?.get(this.#index) ?? 0
  }

  set given(results: number) {
    this.#chunk.given ??= new Map()
    this.#chunk.given.set(this.#index, results)
  }

  get durable(): ItemInHand['durable'] {
    return durableItem(this.#chunk, this.#index)
  }
}

/** Name of the durable stream that an item is of, and its number there. */
export function durableItem({ stream, item }: DeliveredChunk, index: number): ItemInHand['durable'] {
  return stream === undefined ? undefined : { stream, item: item + index }
}
