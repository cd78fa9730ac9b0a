import { decode, encode } from '../../codec/index.js'
import { formatBytes } from '../../core/bytes.js'
import { DaffiError } from '../../core/errors.js'
import type { State } from '../api/context.js'
import type { StateEntry } from './state-entry.js'
import { valueBytes } from './state-record.js'

/** State as one item has it: its changes are held until it is done. */
export class ItemState implements State {
  readonly #entry: StateEntry
  readonly #maxBytes: number
  #changes: Map<string, Uint8Array | undefined> | undefined
  #bytes: number
  #isOver = false

  constructor(entry: StateEntry, maxBytes: number) {
    this.#entry = entry
    this.#maxBytes = maxBytes
    this.#bytes = entry.bytes
  }

  get(name: string): unknown {
    const value = this.#find(name)
    return value && decode(value)
  }

  has(name: string): boolean {
    return this.#find(name) !== undefined
  }

  set(name: string, value: unknown): void {
    if (typeof name !== 'string')
      throw new DaffiError('DAFFI_USAGE', 'the name of a value in context().state is a text')
    // A copy, as the encoder's memory holds much else.
    this.#change(name, new Uint8Array(encode(value, `"${name}" in context().state`)))
  }

  delete(name: string): void {
    this.#change(name, undefined)
  }

  clear(): void {
    for (const name of this.keys()) this.delete(name)
  }

  keys(): string[] {
    const names = new Set(this.#entry.values.keys())
    for (const [name, value] of this.#changes ?? []) {
      if (value) names.add(name)
      else names.delete(name)
    }
    return [...names]
  }

  /** Adopts the changes: the item is done. */
  commit(): void {
    this.#isOver = true
    if (this.#changes) this.#entry.adopt(this.#changes)
  }

  /** Drops the changes: the item has failed. */
  drop(): void {
    this.#isOver = true
  }

  #find(name: string): Uint8Array | undefined {
    return this.#changes?.has(name) ? this.#changes.get(name) : this.#entry.values.get(name)
  }

  #change(name: string, value: Uint8Array | undefined): void {
    if (this.#isOver)
      throw new DaffiError('DAFFI_NO_STATE', 'context().state was changed after its item was done')
    const before = this.#find(name)
    if (!before && !value) return
    const bytes =
      this.#bytes + (value ? valueBytes(name, value) : 0) - (before ? valueBytes(name, before) : 0)
    if (value && bytes > this.#maxBytes)
      throw new DaffiError(
        'DAFFI_STATE_TOO_LARGE',
        `context().state would have ${formatBytes(bytes)} with "${name.slice(0, 100)}", and may have ${formatBytes(this.#maxBytes)}`,
      )
    this.#bytes = bytes
    this.#changes ??= new Map()
    this.#changes.set(name, value)
  }
}
