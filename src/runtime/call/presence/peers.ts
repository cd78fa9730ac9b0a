import { EventEmitter } from 'node:events'
import type { Arity } from '../../core/plan.js'
import { BEAT_MS, GONE_MS, type PeerRecord } from './peer-record.js'

export type Departure = 'left' | 'died'

/** A node that offers a callback, which takes so many arguments. */
export type Offering = PeerRecord & { arity: Arity }

interface Events {
  join: [PeerRecord]
  leave: [PeerRecord, Departure]
  /** A beat of a node whose record is not here. */
  stranger: []
}

/** Who is there: kept by hellos, beats and goodbyes. */
export class Peers {
  readonly #events = new EventEmitter<Events>().setMaxListeners(0)
  readonly #peers = new Map<string, { record: PeerRecord; heard: number }>()
  /** Who offers a callback, as long as nobody comes, goes or says something new: every call asks. */
  readonly #offering = new Map<string, Offering[]>()
  #sweep: NodeJS.Timeout | undefined
  #swept = 0

  start(): void {
    this.#swept = Date.now()
    this.#sweep = setInterval(() => this.#removeSilent(), BEAT_MS)
    this.#sweep.unref()
  }

  stop(): void {
    clearInterval(this.#sweep)
    this.#events.removeAllListeners()
  }

  /** Listeners are given back by calling what these return. */
  onJoin(listener: (record: PeerRecord) => void): () => void {
    this.#events.on('join', listener)
    return () => this.#events.off('join', listener)
  }

  onLeave(listener: (record: PeerRecord, how: Departure) => void): () => void {
    this.#events.on('leave', listener)
    return () => this.#events.off('leave', listener)
  }

  onStranger(listener: () => void): () => void {
    this.#events.on('stranger', listener)
    return () => this.#events.off('stranger', listener)
  }

  hello(record: PeerRecord): void {
    this.#offering.clear()
    const known = this.#peers.get(record.name)
    if (known?.record.incarnation === record.incarnation) {
      known.record = record
      known.heard = Date.now()
      return
    }
    if (known) this.remove(record.name, 'died')
    this.#peers.set(record.name, { record, heard: Date.now() })
    this.#events.emit('join', record)
  }

  beat(id: string): void {
    for (const peer of this.#peers.values()) {
      if (peer.record.incarnation !== id) continue
      peer.heard = Date.now()
      return
    }
    this.#events.emit('stranger')
  }

  /** @param incarnation when given, only that run of the node is removed */
  remove(name: string, how: Departure, incarnation?: string): void {
    const peer = this.#peers.get(name)
    if (!peer || (incarnation !== undefined && peer.record.incarnation !== incarnation)) return
    this.#peers.delete(name)
    this.#offering.clear()
    this.#events.emit('leave', peer.record, how)
  }

  /** After a time in which nobody could be heard, silence proves nothing. */
  forgive(): void {
    const now = Date.now()
    for (const peer of this.#peers.values()) peer.heard = now
  }

  get(name: string): PeerRecord | undefined {
    return this.#peers.get(name)?.record
  }

  all(): PeerRecord[] {
    return [...this.#peers.values()].map((peer) => peer.record).sort((a, b) => a.name.localeCompare(b.name))
  }

  offering(callback: string): readonly Offering[] {
    let offering = this.#offering.get(callback)
    if (!offering) {
      offering = this.#findOffering(callback)
      this.#offering.set(callback, offering)
    }
    return offering
  }

  #findOffering(callback: string): Offering[] {
    return this.all().flatMap((record) => {
      const arity = Object.hasOwn(record.callbacks, callback) ? record.callbacks[callback] : undefined
      return arity ? [{ ...record, arity }] : []
    })
  }

  #removeSilent(): void {
    const now = Date.now()
    // A sweep that comes late was held up by our own loop, and so were the beats that wait behind it.
    const late = now - this.#swept > 1.5 * BEAT_MS
    this.#swept = now
    if (late) {
      this.forgive()
      return
    }
    for (const { record, heard } of [...this.#peers.values()]) {
      if (now - heard > GONE_MS) this.remove(record.name, 'died')
    }
  }
}
