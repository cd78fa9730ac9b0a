import { valueBytes, type StateItems, type StateRecord, type StateValues } from './state-record.js'

/** Item of a durable stream, by the name and epoch of that. */
export interface DurableItem {
  stream: string
  run: string
  item: number
}

/** One state of a callback, as far as its items are done: that of a key, or of this node. */
export class StateEntry {
  readonly key: string
  readonly #values: Map<string, Uint8Array>
  readonly #items: Map<string, readonly [run: string, item: number]>
  #bytes = 0
  /** Revision of the record that is kept; 0 for none. */
  revision: number
  /** Spread of the keys as it was known when this was read: with another one it may have had another owner since. */
  spread: string
  /** Number of items that have it, or wait for it. */
  users = 0
  /** Settles when the item that has it is done. */
  turn: Promise<unknown> | undefined
  /** Whether it has changed since it was given to be saved. */
  isDirty = false
  /** Number of records of it that are being saved. */
  saving = 0

  constructor(key: string, spread: string, { values, items }: StateRecord, revision: number) {
    this.key = key
    this.spread = spread
    this.revision = revision
    this.#values = new Map(values)
    this.#items = new Map(items)
    for (const [name, value] of values) this.#bytes += valueBytes(name, value)
  }

  get values(): StateValues {
    return this.#values
  }

  get items(): StateItems {
    return this.#items
  }

  get bytes(): number {
    return this.#bytes
  }

  /** Whether nothing of it is in use, or still to be saved. */
  get isIdle(): boolean {
    return this.users === 0 && !this.isDirty && this.saving === 0
  }

  /** Whether the state is that of after this item already. */
  includes({ stream, run, item }: DurableItem): boolean {
    const latest = this.#items.get(stream)
    return latest?.[0] === run && item <= latest[1]
  }

  /** Adopts what an item has changed: values, or undefined for those that it has deleted. */
  adopt(changes: ReadonlyMap<string, Uint8Array | undefined>): void {
    for (const [name, value] of changes) {
      const before = this.#values.get(name)
      if (before) this.#bytes -= valueBytes(name, before)
      if (value) {
        this.#values.set(name, value)
        this.#bytes += valueBytes(name, value)
      } else this.#values.delete(name)
      this.isDirty = true
    }
  }

  /** Notes that an item is done. */
  onDone({ stream, run, item }: DurableItem): void {
    this.#items.set(stream, [run, item])
  }
}
