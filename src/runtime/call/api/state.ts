/**
 * Values that a callback keeps from one item to the next, by their names: those of the item's key where the stream is shared by key,
 * else those of this node. It is there before the callback runs. Changes count when the item is done; those of an item that fails are dropped.
 * `S` has the type of each value, which nothing checks at run time.
 */
export interface State<S extends object = Record<string, unknown>> {
  /** Gives a value, as a copy; undefined when there is none. */
  get<K extends keyof S & string>(name: K): S[K] | undefined
  has(name: keyof S & string): boolean
  /**
   * Sets a value, of which a copy is kept.
   * @throws DaffiError DAFFI_UNSENDABLE, DAFFI_STATE_TOO_LARGE, DAFFI_NO_STATE after the item is done
   */
  set<K extends keyof S & string>(name: K, value: S[K]): void
  delete(name: keyof S & string): void
  /** Deletes all values. */
  clear(): void
  /** Names of all values. */
  keys(): (keyof S & string)[]
}
