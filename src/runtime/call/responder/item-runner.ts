import type { Origin } from '../../core/stream/origin.js'
import { originOf, type Deliver, type DeliveredChunk } from '../../stream/index.js'
import { runInContext, type Abort, type Invocation } from '../api/context.js'
import { isThenable, type OfferedCallback } from '../invoke/registry.js'
import { isYielding } from '../invoke/yielding.js'

/**
 * Runs a callback with one item of a stream after the other, and streams its results on where they are wanted.
 * @param source name of the stream's source
 * @param makeInvocation called at the first item
 */
export function itemRunner(
  offered: OfferedCallback,
  source: string | null,
  makeInvocation: () => Invocation,
): Deliver {
  let stream: Invocation | undefined
  return (item, chunk, index) => {
    stream ??= makeInvocation()
    const invocation = new ItemInvocation(stream, source, chunk, index)
    // Read for each item, since the code and its options may be replaced.
    const { gate, stage } = offered
    if (!stage?.isOpen) {
      const { fn } = offered.callback
      if (gate.isOpen) return runInContext(invocation, () => fn(item))
      return gate.pass(invocation, (gated) => runInContext(gated, async () => await fn(item)))
    }
    const run = (gated: Invocation): unknown => runInContext(gated, () => valueOf(item, gated, offered))
    // A callback's turn and time end with its value, and not when the streams of its results have taken it.
    const value = gate.pass(invocation, run)
    const take = (result: unknown): unknown =>
      result === TAKEN ? undefined : stage.take(result, invocation.origin, invocation.abort)
    return isThenable(value) ? value.then(take) : take(value)
  }
}

/** Stands for results that are taken already, since a generator runs while they are. */
const TAKEN = Symbol('taken')

function valueOf(item: unknown, { origin, abort }: Invocation, { callback, stage }: OfferedCallback): unknown {
  const settle = (value: unknown): unknown => {
    if (!stage || !origin || !isYielding(value)) return value
    return stage.take(value, origin, abort)?.then(() => TAKEN)
  }
  const value: unknown = callback.fn(item)
  return isThenable(value) ? value.then(settle) : settle(value)
}

/** Invocation with one item. A new one for each, since callbacks that have not finished yet hold theirs. */
class ItemInvocation implements Invocation {
  readonly #stream: Invocation
  readonly #source: string | null
  readonly #chunk: DeliveredChunk
  readonly #index: number

  constructor(stream: Invocation, source: string | null, chunk: DeliveredChunk, index: number) {
    this.#stream = stream
    this.#source = source
    this.#chunk = chunk
    this.#index = index
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

  get origin(): Origin {
    return originOf(this.#chunk, this.#index, this.#source)
  }
}
