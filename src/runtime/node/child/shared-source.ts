import type { CallPlan } from '../../core/plan/plan.js'
import { asError } from '../../core/thrown/read-thrown.js'
import { captureTime, feed, PushedItems, type Items } from '../../stream/index.js'

interface SharedSourceOptions {
  name: string
  open: () => Items
  /** Positions of the calls that stream the source, in the node's list. */
  calls: readonly number[]
  /** Whether the first item does not wait until all calls have begun. */
  isLive: boolean
}

/**
 * Source that several calls of a node stream: it is read once, its items have the same numbers for all, and the slowest stream
 * that holds back sets the pace. A call that fails and is made again goes on with the next item.
 */
export class SharedSource {
  readonly #options: SharedSourceOptions
  readonly #members = new Set<PushedItems>()
  /** Calls that have not begun. */
  readonly #awaited: Set<number>
  #reading: AbortController | undefined

  constructor(options: SharedSourceOptions) {
    this.#options = options
    this.#awaited = new Set(options.calls)
  }

  isFor(call: number): boolean {
    return this.#options.calls.includes(call)
  }

  /** Gives the items to a call, which leaves when its stream is over. */
  join(call: number): PushedItems {
    const items = new PushedItems()
    this.#members.add(items)
    this.#expectNoMore(call)
    return items
  }

  /** Ends the items of a call; the source ends with the last of them. Without items, the call has never begun. */
  leave(call: number, items?: Items): void {
    if (items instanceof PushedItems) {
      items.close()
      this.#members.delete(items)
    }
    this.#expectNoMore(call)
    if (this.#members.size === 0) this.#reading?.abort()
  }

  #expectNoMore(call: number): void {
    this.#awaited.delete(call)
    const isReady = this.#options.isLive || this.#awaited.size === 0
    if (!this.#reading && this.#members.size > 0 && isReady) void this.#read()
  }

  async #read(): Promise<void> {
    const { open, name: source } = this.#options
    const reading = new AbortController()
    this.#reading = reading
    let number = 0
    const accept = (item: unknown): Promise<void> | undefined => {
      const origin = { source, item: number++, time: captureTime(item) }
      const held = [...this.#members].flatMap((items) => push(items, item, origin) ?? [])
      return held.length === 0 ? undefined : Promise.all(held).then(() => undefined)
    }
    try {
      await feed(open(), { signal: reading.signal, accept })
      for (const items of this.#members) items.end()
    } catch (error) {
      for (const items of this.#members) items.close(asError(error))
    } finally {
      this.#members.clear()
      this.#reading = undefined
    }
  }
}

/** Pushes an item to one stream, which alone ends when it cannot carry it. */
function push(items: PushedItems, ...item: Parameters<PushedItems['push']>): Promise<void> | undefined {
  const onFailure = (error: unknown): void => items.close(asError(error))
  try {
    return items.push(...item)?.catch(onFailure)
  } catch (error) {
    onFailure(error)
    return undefined
  }
}

/** Positions of the calls that share a source, by its name. Durable streams are not among them, as each may resume elsewhere. */
export function callsThatShare(calls: readonly CallPlan[]): Map<string, readonly number[]> {
  const users = new Map<string, number[]>()
  for (const [index, { source, modifier }] of calls.entries()) {
    if (source === undefined || modifier.kind !== 'STREAM' || modifier.delivery === 'durable') continue
    users.set(source, [...(users.get(source) ?? []), index])
  }
  return new Map([...users].filter(([, { length }]) => length > 1))
}
