import type { Callback } from '../../callback/index.js'
import type { Arity } from '../../core/plan.js'
import { DaffiError } from '../../core/errors.js'
import { CallGate } from './call-gate.js'
import { CallCount, type CallStats } from './call-stats.js'
import { runInContext, type Abort, type Run } from '../api/context.js'
import { collect } from './yielding.js'

/** Makes the result of what a callback returned, in the callback's context, which is what a generator's body sees. */
export type Finish = (value: unknown, abort: Abort) => unknown

interface Entry {
  callback: Callback
  gate: CallGate
  count: CallCount
}

/** The callbacks that this node offers. */
export class Registry {
  readonly #entries: Map<string, Entry>

  /** @throws DaffiError DAFFI_BAD_VALUE, DAFFI_BAD_DURATION for options that make no sense */
  constructor(callbacks: readonly Callback[]) {
    this.#entries = new Map(
      callbacks.map((callback) => [
        callback.name,
        { callback, gate: new CallGate(callback), count: new CallCount() },
      ]),
    )
  }

  /**
   * New code for callbacks that are here, for calls and items from now on.
   * @throws DaffiError DAFFI_BAD_VALUE, DAFFI_BAD_DURATION for options that make no sense; then nothing is new
   */
  renew(callbacks: readonly Callback[]): void {
    const renewed = callbacks.map((callback) => ({ callback, gate: new CallGate(callback) }))
    for (const { callback, gate } of renewed) {
      const entry = this.#entries.get(callback.name)
      if (!entry) continue
      // In place, for the streams that go on.
      Object.assign(entry.callback, callback)
      entry.gate = gate
    }
  }

  get names(): string[] {
    return [...this.#entries.keys()]
  }

  arities(): Record<string, Arity> {
    return Object.fromEntries([...this.#entries].map(([name, { callback }]) => [name, callback.arity]))
  }

  get(name: string): Callback | undefined {
    return this.#entries.get(name)?.callback
  }

  stats(name: string): CallStats | undefined {
    return this.#entries.get(name)?.count.stats
  }

  /**
   * Runs a callback as a call from anywhere does, when its options allow.
   * @param finish by default collects the items of a callback that yields
   * @throws DaffiError DAFFI_UNKNOWN_CALLBACK, DAFFI_ARGUMENT_COUNT, DAFFI_CALLBACK_TIMEOUT; else what the callback throws
   */
  async run(name: string, args: unknown[], run: Run, finish: Finish = collect): Promise<unknown> {
    const entry = this.#entries.get(name)
    if (!entry) {
      throw new DaffiError(
        'DAFFI_UNKNOWN_CALLBACK',
        `this node offers no "${name}"; it offers ${listed(this.names)}`,
      )
    }
    const { callback, gate, count } = entry
    checkArity(name, callback.arity, args.length)
    return await count.count(() =>
      gate.pass(run, (gated) =>
        runInContext(gated, async () => finish(await callback.fn(...args), gated.abort)),
      ),
    )
  }
}

/** @throws DaffiError DAFFI_ARGUMENT_COUNT */
export function checkArity(name: string, { min, max }: Arity, count: number): void {
  if ((min === null || count >= min) && (max === null || count <= max)) return
  const takes =
    max === null
      ? `at least ${min}`
      : min === null
        ? `at most ${max}`
        : min === max
          ? `${min}`
          : `${min} to ${max}`
  throw new DaffiError(
    'DAFFI_ARGUMENT_COUNT',
    `"${name}" takes ${takes} ${takes === '1' ? 'argument' : 'arguments'}, not ${count}`,
  )
}

export function listed(names: readonly string[]): string {
  return names.length === 0 ? 'nothing' : [...names].sort().join(', ')
}
