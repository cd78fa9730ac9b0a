import { MIB } from '../../core/bytes.js'
import type { StateBucket, StoredState } from './state-bucket.js'
import { StateEntry } from './state-entry.js'
import { encodeState, MAX_STATE_BYTES } from './state-record.js'

/** States that are held in memory, and their bytes; beyond that those are given up that were used longest ago. */
const MAX_STATES = 10_000
const MAX_BYTES = 64 * MIB

/** Bytes that a state needs in memory besides its values. */
const ENTRY_BYTES = 512

interface Snapshot {
  entry: StateEntry
  bytes: Uint8Array
}

/**
 * States of one callback in this process: read when an item needs them, and saved together when what was done is reported or
 * acknowledged.
 */
export class StateStore {
  readonly #bucket: StateBucket | undefined
  /** The one used latest at the end. */
  readonly #entries = new Map<string, StateEntry>()
  /** States that are being read, and the number of items that wait for each. */
  readonly #reading = new Map<string, { waiting: number; entry: Promise<StateEntry> }>()
  readonly #dirty = new Set<StateEntry>()
  #saving: Promise<void> | undefined
  #bytes = 0
  maxBytes = MAX_STATE_BYTES

  /** @param bucket absent for states that are in memory only */
  constructor(bucket?: StateBucket) {
    this.#bucket = bucket
  }

  /**
   * Gives the state of a key, or of the node, to an item, until `onDone`.
   * @param spread what the stream tells of the spread of its keys: with another one the state may have had another owner since
   * @returns a promise when it has to be read
   */
  open(key: string, spread: string): StateEntry | Promise<StateEntry> {
    const entry = this.#entries.get(key)
    if (!entry || !this.#isCurrent(entry, spread)) return this.#read(key, spread)
    this.#entries.delete(key)
    this.#entries.set(key, entry)
    entry.users++
    return entry
  }

  /** Notes that an item is done with a state. @param before bytes that the state had before */
  onDone(entry: StateEntry, before: number): void {
    entry.users--
    this.#bytes += entry.bytes - before
    if (entry.isDirty && this.#bucket) this.#dirty.add(entry)
    else entry.isDirty = false
    this.#giveUp()
  }

  /**
   * Saves the states that have changed.
   * @param stored awaited before: resolves when what was made from the items is kept
   * @returns a promise; undefined when nothing is to be saved, or is being saved
   * @throws DaffiError DAFFI_STATE_TAKEN; what the server refuses for good
   */
  save(stored: () => Promise<void>): Promise<void> | undefined {
    const before = this.#saving
    const bucket = this.#bucket
    if (this.#dirty.size === 0 || !bucket) return before
    const snapshots = [...this.#dirty].map((entry) => {
      entry.isDirty = false
      entry.saving++
      return { entry, bytes: encodeState(entry) }
    })
    this.#dirty.clear()
    const saving = this.#write(snapshots, bucket, stored, before).finally(() => {
      if (this.#saving === saving) this.#saving = undefined
      this.#giveUp()
    })
    this.#saving = saving
    return saving
  }

  async #write(
    snapshots: readonly Snapshot[],
    bucket: StateBucket,
    stored: () => Promise<void>,
    before: Promise<void> | undefined,
  ): Promise<void> {
    // Of its failure those know who wait for it.
    await before?.catch(() => undefined)
    const kept = stored()
    const writing = snapshots.map(async ({ entry, bytes }) => {
      try {
        await kept
        entry.revision = await bucket.write(entry.key, bytes, entry.revision)
      } catch (error) {
        this.#forget(entry)
        throw error
      } finally {
        entry.saving--
      }
    })
    await Promise.allSettled(writing)
    await Promise.all(writing)
  }

  /** Whether nobody else can have changed it: what is not saved was not reported, so that its key has not moved. */
  #isCurrent(entry: StateEntry, spread: string): boolean {
    if (this.#bucket && entry.isIdle && entry.spread !== spread) return false
    entry.spread = spread
    return true
  }

  #read(key: string, spread: string): Promise<StateEntry> {
    const reading = this.#reading.get(key) ?? { waiting: 0, entry: this.#readNow(key, spread) }
    reading.waiting++
    this.#reading.set(key, reading)
    return reading.entry
  }

  async #readNow(key: string, spread: string): Promise<StateEntry> {
    try {
      const { record, revision } = await this.#stored(key)
      const entry = new StateEntry(key, spread, record, revision)
      entry.users = this.#reading.get(key)?.waiting ?? 1
      const old = this.#entries.get(key)
      if (old) this.#forget(old)
      this.#entries.set(key, entry)
      this.#bytes += entry.bytes + ENTRY_BYTES
      return entry
    } finally {
      this.#reading.delete(key)
    }
  }

  async #stored(key: string): Promise<StoredState> {
    const bucket = this.#bucket
    if (!bucket)
      return await Promise.resolve({ record: { values: new Map(), items: new Map() }, revision: 0 })
    this.maxBytes = await bucket.maxBytes()
    return await bucket.read(key)
  }

  /** Gives up states that nobody uses, when there are too many. Those that are kept can be read again. */
  #giveUp(): void {
    if (this.#entries.size <= MAX_STATES && this.#bytes <= MAX_BYTES) return
    for (const entry of this.#entries.values()) {
      if (this.#entries.size <= MAX_STATES && this.#bytes <= MAX_BYTES) return
      if (entry.isIdle) this.#forget(entry)
    }
  }

  #forget(entry: StateEntry): void {
    if (this.#entries.get(entry.key) !== entry) return
    this.#entries.delete(entry.key)
    this.#dirty.delete(entry)
    this.#bytes -= entry.bytes + ENTRY_BYTES
  }
}
