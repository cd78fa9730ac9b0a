import { addAbortListener } from 'node:events'
import { abortError } from '../../../core/abort.js'
import { Wakeup } from '../../../core/deferred.js'
import { DaffiError } from '../../../core/errors.js'
import type { Cause } from '../../../core/stream/cause.js'
import type { Origin } from '../../../core/stream/origin.js'
import type { Mark } from '../../protocol/messages.js'
import { RESUME } from '../../../core/stream/resumable.js'

/** Stream into which items are pushed. */
export interface PushTarget {
  /** Accepts an item. A promise holds back the next one until it settles. */
  accept: (item: unknown, origin: Origin, cause?: Cause) => Promise<void> | undefined
  /** Present for a durable stream: resolves when all accepted items are stored, or the stream is cut off. */
  stored?: () => Promise<void>
  /** Present for a stream with an order: tells receivers how far the stage is. */
  mark?: ((marks: StageMarks) => void) | undefined
  /** Aborts when the stream is cut off. */
  signal: AbortSignal
}

/** How far a stage is with its sources: what of their items is out, filtered, or will not come. */
export type StageMarks = Pick<Mark, 'marks' | 'inOrder'>

type Pushed = Parameters<PushTarget['accept']>

/**
 * Items that are pushed into a stream, where those of an iterable are pulled. What is pushed while no stream takes them waits,
 * so that a stream that failed and is made again goes on with them.
 */
export class PushedItems {
  readonly #changed = new Wakeup()
  #target: PushTarget | undefined
  /** Item that is being taken, or the last of those that wait for their turn. */
  #last: Promise<void> | undefined
  /** Items that a durable stream has accepted, and may not have stored. */
  #unstored: Pushed[] = []
  #marks: StageMarks | undefined
  readonly #keepsUnstored: boolean
  /** Whether the stream is told how far the stage is. */
  readonly hasOrder: boolean
  #ended = false
  #error: Error | undefined

  /**
   * @param options `keepsUnstored`: what a durable stream had not stored is given to the next one; `hasOrder`: the stream is told
   * how far the stage is
   */
  constructor({ keepsUnstored = true, hasOrder = false } = {}) {
    this.#keepsUnstored = keepsUnstored
    this.hasOrder = hasOrder
  }

  /**
   * Pushes an item.
   * @returns a promise that resolves when the stream has taken it; undefined when it has already
   * @throws DaffiError DAFFI_CLOSED after the end; what the stream throws for an item that it cannot carry
   */
  push(...pushed: Pushed): Promise<void> | undefined {
    if (this.#last || !this.#target || this.#ended) return this.#follow(() => this.#pushInTurn(pushed))
    const taking = this.#accept(this.#target, pushed)
    return taking && this.#follow(() => taking)
  }

  /** Tells how far the stage is with what it has pushed. */
  mark(marks: StageMarks): void {
    this.#marks = marks
    this.#target?.mark?.(marks)
  }

  /** Resolves when what was pushed is stored, if the stream is durable: by the present one, or the next. */
  async stored(): Promise<void> {
    while (this.#unstored.length > 0) {
      const target = this.#target
      if (this.#ended) throw ended()
      if (!target) await this.#changed.wait()
      else await this.#store(target)
    }
  }

  get ended(): boolean {
    return this.#ended
  }

  /** Ends the stream after the items that are pushed already. */
  end(): void {
    if (!this.#last) this.close()
    else void this.#last.then(() => this.end())
  }

  /** Ends the stream at once, with an error if there is one; items that were not taken are refused. */
  close(error?: Error): void {
    if (!this.#ended) this.#error = error
    this.#ended = true
    this.#changed.notify()
  }

  /**
   * Gives the items to a stream. Resolves at their end.
   * @throws the error that they end with, or the signal's reason when it aborts
   */
  async flowInto(target: PushTarget): Promise<void> {
    const { signal } = target
    for (const pushed of this.#unstored) await target.accept(...pushed)
    this.#target = target
    if (this.#marks) target.mark?.(this.#marks)
    this.#changed.notify()
    const listener = addAbortListener(signal, () => this.#changed.notify())
    try {
      while (!this.#ended && !signal.aborted) await this.#changed.wait()
      if (signal.aborted) throw abortError(signal, 'the stream')
      if (this.#error !== undefined) throw this.#error
    } finally {
      listener[Symbol.dispose]()
      if (this.#target === target) this.#target = undefined
      this.#changed.notify()
    }
  }

  /** New items each time: a durable stream of them goes on after what it has stored. */
  [RESUME](): this {
    return this
  }

  #accept(target: PushTarget, pushed: Pushed): Promise<void> | undefined {
    const taking = target.accept(...pushed)
    if (target.stored && this.#keepsUnstored) this.#unstored.push(pushed)
    return taking
  }

  /** Waits until a stream has stored what it has accepted. */
  async #store(target: PushTarget): Promise<void> {
    const { length } = this.#unstored
    await target.stored?.()
    if (!target.signal.aborted) this.#unstored.splice(0, length)
    else if (this.#target === target) await this.#changed.wait()
  }

  /** Takes a step after those before it. */
  #follow(step: () => Promise<void>): Promise<void> {
    const before = this.#last
    const taking = before ? before.then(step) : step()
    const settled = taking
      .catch(() => undefined)
      .then(() => {
        if (this.#last === settled) this.#last = undefined
      })
    this.#last = settled
    return taking
  }

  async #pushInTurn(pushed: Pushed): Promise<void> {
    while (!this.#target && !this.#ended) await this.#changed.wait()
    if (!this.#target || this.#ended) throw ended()
    await this.#accept(this.#target, pushed)
  }
}

function ended(): DaffiError {
  return new DaffiError('DAFFI_CLOSED', 'the stream of the results has ended')
}
