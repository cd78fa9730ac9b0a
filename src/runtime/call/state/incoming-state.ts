import { hash } from 'node:crypto'
import type { DeliveredChunk } from '../../stream/index.js'
import type { OfferedCallback } from '../invoke/registry.js'
import { ItemState } from './item-state.js'
import type { DurableItem, StateEntry } from './state-entry.js'
import type { StateStore } from './state-store.js'

/** Characters of a hash: 132 bits. */
const HASH_LENGTH = 22

/** Facts about a stream by which the states of its items are found. */
export interface StatefulStream {
  id: string
  call: string
  from: string
  source?: string | null
  delivery: string
}

/** States of a callback: those that are kept, and those in memory only. */
export interface CallbackStates {
  kept: StateStore
  inMemory: StateStore
}

interface IncomingStateOptions {
  offered: OfferedCallback
  open: StatefulStream
  /** Name of this node. */
  node: string
  states: CallbackStates
}

/** One incoming stream of a callback, as far as the callback has a state: gives it to each item, and saves it behind the items. */
export class IncomingState {
  readonly #options: IncomingStateOptions
  /** Stores in which items of this stream have a state. */
  readonly #stores = new Set<StateStore>()
  #name: string | undefined

  constructor(options: IncomingStateOptions) {
    this.#options = options
  }

  /** Whether the callback has a state. Read for each item, since its options may be replaced. */
  get isWanted(): boolean {
    const { state = false } = this.#options.offered.callback.options
    return state !== false
  }

  /**
   * Runs the callback with the state of an item. Its changes count when that has succeeded. An item that the state includes already
   * is passed over: it was saved after all that was made from the item was stored.
   */
  deliver(chunk: DeliveredChunk, index: number, run: (state: ItemState) => unknown): unknown {
    const store = this.#store
    this.#stores.add(store)
    const { id } = this.#options.open
    const opened = store.open(this.#keyOf(chunk), `${id} ${chunk.key?.spread ?? 0}`)
    const item = durableItem(chunk, index)
    if (opened instanceof Promise)
      return opened.then((entry) => this.#inTurn(store, entry, () => runWith(store, entry, item, run)))
    return this.#inTurn(store, opened, () => runWith(store, opened, item, run))
  }

  /**
   * Saves what the items that are done have changed.
   * @param stored awaited before: resolves when what was made from the items is kept
   * @returns undefined when there is nothing to be saved
   */
  save(stored: () => Promise<void> = () => Promise.resolve()): Promise<void> | undefined {
    let saving: Promise<unknown> | undefined
    for (const store of this.#stores) {
      const one = store.save(stored)
      if (one) saving = saving ? Promise.all([saving, one]) : one
    }
    return saving?.then(() => undefined)
  }

  /** Saves it after `stored` has resolved, which is called also when there is nothing to be saved. */
  async saveAfter(stored: () => Promise<void>): Promise<void> {
    await this.save(stored)
    await stored()
  }

  get #store(): StateStore {
    const { offered, open, states } = this.#options
    const { state } = offered.callback.options
    const keep = typeof state === 'object' ? state.keep : undefined
    return (keep ?? open.delivery !== 'live') ? states.kept : states.inMemory
  }

  /** Name of the state: of a key each stream has its own, as another one may give the key to another node. */
  #keyOf({ key }: DeliveredChunk): string {
    const { open, node } = this.#options
    if (!key) return `${open.call}.node.${node}`
    this.#name ??= `${open.call}.key.${hashOf([open.from, open.source ?? null])}`
    return `${this.#name}.${key.hash}`
  }

  /** Takes turns where several streams have one state. */
  #inTurn(store: StateStore, entry: StateEntry, run: () => unknown): unknown {
    const { turn } = entry
    const result = turn ? turn.then(run, run) : run()
    if (!(result instanceof Promise)) return result
    const done = result.then(over, over)
    entry.turn = done
    void done.then(() => {
      if (entry.turn === done) entry.turn = undefined
    })
    return result
  }
}

const over = (): void => undefined

/** @returns what `run` does; a promise that settles after the changes were adopted or dropped */
function runWith(
  store: StateStore,
  entry: StateEntry,
  item: DurableItem | undefined,
  run: (state: ItemState) => unknown,
): unknown {
  const before = entry.bytes
  if (item && entry.includes(item)) {
    store.onDone(entry, before)
    return undefined
  }
  const state = new ItemState(entry, store.maxBytes)
  const succeed = (value: unknown): unknown => {
    state.commit()
    if (item) entry.onDone(item)
    store.onDone(entry, before)
    return value
  }
  const fail = (error: unknown): never => {
    state.drop()
    store.onDone(entry, before)
    throw error
  }
  let result: unknown
  try {
    result = run(state)
  } catch (error) {
    return fail(error)
  }
  return result instanceof Promise ? result.then(succeed, fail) : succeed(result)
}

function durableItem({ stream, item }: DeliveredChunk, index: number): DurableItem | undefined {
  const [name, run] = stream?.split(' ') ?? []
  return name === undefined || run === undefined ? undefined : { stream: name, run, item: item + index }
}

const hashOf = (value: unknown): string =>
  hash('sha256', JSON.stringify(value), 'base64url').slice(0, HASH_LENGTH)
