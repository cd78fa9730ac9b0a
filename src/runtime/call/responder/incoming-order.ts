import { addAbortListener } from 'node:events'
import type { IncomingMarks, TakeResult } from '../../stream/index.js'
import type { Origin } from '../../core/stream/origin.js'
import type { OfferedCallback } from '../invoke/registry.js'
import type { IncomingItems } from '../invoke/stage-marks.js'

interface IncomingOrderOptions {
  offered: OfferedCallback
  /** Name of the stream's source; null when its items are results. */
  source: string | null
  /** Whether the items of each source come in order. */
  inOrder: boolean
  /** Whether the stream is joined with others: then the stage knows by itself what it brings. */
  isJoined: boolean
  signal: () => AbortSignal
}

/**
 * One incoming stream of a stage, as far as its results are put in order: tells the stage which items are in hand, and which are
 * done, be it that they have failed.
 */
export class IncomingOrder implements IncomingMarks {
  readonly #options: IncomingOrderOptions
  #items: IncomingItems | undefined

  constructor(options: IncomingOrderOptions) {
    this.#options = options
    this.#items = this.#add()
  }

  get areWanted(): boolean {
    return this.#wanted !== undefined
  }

  passed(origin: Origin): void {
    this.#wanted?.passed(origin)
  }

  keepOnly(source: string | null): void {
    this.#wanted?.keepOnly(source)
  }

  /** Runs the callback of the stage with an item. */
  deliver(origin: Origin, run: () => unknown): unknown {
    const items = this.#wanted
    if (!items) return run()
    items.begin([origin])
    const result = run()
    if (result instanceof Promise) return result.then(() => items.end())
    items.end()
    return result
  }

  /** Runs the callback of the stage with a group of items. */
  async deliverGroup(origins: readonly Origin[], run: () => Promise<TakeResult>): Promise<TakeResult> {
    const items = this.#wanted
    if (!items) return await run()
    items.begin(origins)
    const take = await run()
    return (at) => {
      const held = take(at)
      if (held) return held.then(() => items.end())
      items.end()
      return undefined
    }
  }

  /** Notes that the first of the items in hand has failed for good. */
  onFailed(): void {
    this.#wanted?.end()
  }

  /** Read for each item, since a program may stream the results only later. */
  get #wanted(): IncomingItems | undefined {
    return (this.#items ??= this.#add())
  }

  #add(): IncomingItems | undefined {
    const { offered, source, inOrder, isJoined, signal } = this.#options
    if (isJoined || !offered.stage?.hasOrder) return undefined
    const items = offered.stage.done.add(source, inOrder)
    addAbortListener(signal(), () => items.close())
    return items
  }
}
