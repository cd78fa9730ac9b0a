import type { Callback } from '../callback/index.js'
import type { Arity } from '../core/plan.js'
import { DaffiError } from '../core/errors.js'
import { runInContext, type Context } from './context.js'
import { collect } from './yields/yielding.js'

/** Runs in the callback's context, which is what a generator's body sees. */
export type Finish = (value: unknown) => unknown

/** The callbacks that this node offers. */
export class Registry {
  readonly #callbacks: Map<string, Callback>

  constructor(callbacks: readonly Callback[]) {
    this.#callbacks = new Map(callbacks.map((callback) => [callback.name, callback]))
  }

  get names(): string[] {
    return [...this.#callbacks.keys()]
  }

  arities(): Record<string, Arity> {
    return Object.fromEntries([...this.#callbacks].map(([name, { arity }]) => [name, arity]))
  }

  get(name: string): Callback | undefined {
    return this.#callbacks.get(name)
  }

  /**
   * Runs a callback as a call from anywhere does.
   * @param finish what makes the result of what the callback returned; by default the items of one that yields are collected
   * @throws DaffiError DAFFI_UNKNOWN_CALLBACK, DAFFI_ARGUMENT_COUNT; else what the callback throws
   */
  async run(
    name: string,
    args: unknown[],
    context: Context,
    finish: Finish = (value) => collect(value, context.signal),
  ): Promise<unknown> {
    const callback = this.#callbacks.get(name)
    if (!callback) {
      throw new DaffiError(
        'DAFFI_UNKNOWN_CALLBACK',
        `this node offers no "${name}"; it offers ${listed(this.names)}`,
      )
    }
    checkArity(name, callback.arity, args.length)
    return await runInContext(context, async () => await finish(await callback.fn(...args)))
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
