import { EventEmitter } from 'node:events'
import type { Arity } from '../../core/plan/plan.js'
import type { CallTiming } from '../wire/timing.js'
import type { PeerRecord } from './peer-record.js'

/** End of a node's membership. */
export interface Departure {
  /** With a goodbye of its own, or without. */
  how: 'left' | 'died'
  /** Whether its supervisor has announced that it is started again. */
  returns: boolean
}

/** A node that offers a callback, and the number of arguments that the callback takes. */
export type Offering = PeerRecord & { arity: Arity }

const DIED: Departure = { how: 'died', returns: false }

interface Events {
  join: [PeerRecord]
  leave: [PeerRecord, Departure]
  /** A heartbeat came of a node whose record is not known here. */
  unknownPeer: []
}

/** The nodes of the pipeline that live, this one among them: kept up to date by hellos, heartbeats and goodbyes. */
export class PeerTable {
  readonly #timing: CallTiming
  readonly #events = new EventEmitter<Events>().setMaxListeners(0)
  readonly #peers = new Map<string, { record: PeerRecord; lastSeen: number }>()
  /** The nodes that offer each callback, kept until a record changes, since every call asks. */
  readonly #offering = new Map<string, Offering[]>()
  #sweep: NodeJS.Timeout | undefined
  #swept = 0

  constructor(timing: CallTiming) {
    this.#timing = timing
  }

  /** Starts to remove nodes that are silent for too long. */
  start(): void {
    this.#swept = Date.now()
    this.#sweep = setInterval(() => this.#removeSilent(), this.#timing.heartbeatMs)
    this.#sweep.unref()
  }

  stop(): void {
    clearInterval(this.#sweep)
    this.#events.removeAllListeners()
  }

  /** @returns a function that removes the listener, as that of the next two */
  onJoin(listener: (record: PeerRecord) => void): () => void {
    this.#events.on('join', listener)
    return () => this.#events.off('join', listener)
  }

  onLeave(listener: (record: PeerRecord, departure: Departure) => void): () => void {
    this.#events.on('leave', listener)
    return () => this.#events.off('leave', listener)
  }

  onUnknownPeer(listener: () => void): () => void {
    this.#events.on('unknownPeer', listener)
    return () => this.#events.off('unknownPeer', listener)
  }

  /** Adds a node, or renews its record. An earlier incarnation of the same name has died. */
  upsert(record: PeerRecord): void {
    this.#offering.clear()
    const known = this.#peers.get(record.name)
    if (known?.record.incarnation === record.incarnation) {
      known.record = record
      known.lastSeen = Date.now()
      return
    }
    if (known) this.remove(record.name, DIED)
    this.#peers.set(record.name, { record, lastSeen: Date.now() })
    this.#events.emit('join', record)
  }

  /** Notes a heartbeat. @param id the node's incarnation */
  onHeartbeat(id: string): void {
    for (const peer of this.#peers.values()) {
      if (peer.record.incarnation !== id) continue
      peer.lastSeen = Date.now()
      return
    }
    this.#events.emit('unknownPeer')
  }

  /** @param incarnation when given, only that incarnation of the node is removed */
  remove(name: string, departure: Departure, incarnation?: string): void {
    const peer = this.#peers.get(name)
    if (!peer || (incarnation !== undefined && peer.record.incarnation !== incarnation)) return
    this.#peers.delete(name)
    this.#offering.clear()
    this.#events.emit('leave', peer.record, departure)
  }

  /** Restarts every node's timeout: after a disconnect or a blocked event loop, silence proves nothing. */
  resetTimeouts(): void {
    const now = Date.now()
    for (const peer of this.#peers.values()) peer.lastSeen = now
  }

  /** Whether the incarnation is one of the nodes. */
  has(incarnation: string): boolean {
    return [...this.#peers.values()].some(({ record }) => record.incarnation === incarnation)
  }

  isSuspected(_incarnation: string): boolean {
    return false
  }

  get(name: string): PeerRecord | undefined {
    return this.#peers.get(name)?.record
  }

  /** Records of all nodes, by name. */
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
    const { heartbeatMs, goneMs } = this.#timing
    const now = Date.now()
    // A sweep that comes late was held up by this process's own loop, and so were the heartbeats that wait behind it.
    const isLate = now - this.#swept > 1.5 * heartbeatMs
    this.#swept = now
    if (isLate) {
      this.resetTimeouts()
      return
    }
    for (const { record, lastSeen } of [...this.#peers.values()]) {
      if (now - lastSeen > goneMs) this.remove(record.name, DIED)
    }
  }
}
