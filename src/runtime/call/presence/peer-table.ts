import { EventEmitter } from 'node:events'
import type { Arity } from '../../core/plan/plan.js'
import type { Departure } from '../../stream/index.js'
import type { CallTiming } from '../wire/timing.js'
import type { PeerRecord } from './peer-record.js'

/** A node that offers a callback, and the number of arguments that the callback takes. */
export type Offering = PeerRecord & { arity: Arity }

interface Events {
  join: [PeerRecord]
  /** A node has joined, or was suspected and is heard again. */
  alive: []
  leave: [PeerRecord, Departure]
  /** The supervisor of a node has announced that it is started again, and its end was known here already. */
  returning: [{ name: string; incarnation: string }]
  /** A heartbeat came of an incarnation that is not known here. */
  unknownPeer: [{ name: string; incarnation: string }]
  /** A node is suspected of which no kernel can tell here whether it lives: its claim of the name may. Repeated. */
  suspect: [PeerRecord]
  /** A node is gone without a goodbye, and its claim of the name may still stand. */
  lapse: [PeerRecord]
}

interface Member {
  record: PeerRecord
  /** Heartbeats of this node, as it hears them itself, since the last sign of life of the member. */
  missed: number
}

export interface PeerTableOptions {
  /** Incarnation of this node. */
  self: string
  timing: Pick<CallTiming, 'heartbeatMs' | 'suspectMs'>
  /** Whether the node's process lives, if this host's kernel can tell. */
  isRunning: (record: PeerRecord) => boolean | undefined
}

const DIED: Departure = { how: 'died', returns: false }
/** Number of ended incarnations that are remembered, so that late messages do not bring them back. */
const MAX_ENDED = 1000
/** Heartbeats of this node without one of a process of this host, after which the kernel is asked. */
const PROBE_AFTER = 2
/** Heartbeats of this node between two reports of one suspected node. */
const REPORT_EVERY = 6

/**
 * Members of the pipeline, this node among them: a state machine that is driven by hellos, heartbeats and goodbyes.
 *
 * A member is alive, then suspected when it is silent, and gone when there is proof: a goodbye for its incarnation, another
 * incarnation under its name, the kernel's answer for a process of this host, or the end of its grace. Time is counted in
 * this node's own heartbeats, as they come back from the server: while those are missing, the silence of others is the
 * server's or this node's own.
 */
export class PeerTable {
  readonly #options: PeerTableOptions
  readonly #suspectAfter: number
  readonly #events = new EventEmitter<Events>().setMaxListeners(0)
  readonly #members = new Map<string, Member>()
  readonly #byIncarnation = new Map<string, Member>()
  /** Incarnations that have ended, with the tick at which they did. */
  readonly #ended = new Map<string, number>()
  /** The nodes that offer each callback, kept until a member changes, since every call asks. */
  readonly #offering = new Map<string, Offering[]>()
  #lastTick = -Infinity
  /** Heartbeats of this node, in all. */
  #clock = 0
  /** Heartbeats of this node since the server was started anew; infinite while it is the first. */
  #ticks = Infinity

  constructor(options: PeerTableOptions) {
    this.#options = options
    this.#suspectAfter = Math.ceil(options.timing.suspectMs / options.timing.heartbeatMs)
  }

  stop(): void {
    this.#events.removeAllListeners()
  }

  /** @returns a function that removes the listener, as that of the next ones */
  onJoin(listener: (record: PeerRecord) => void): () => void {
    this.#events.on('join', listener)
    return () => this.#events.off('join', listener)
  }

  onAlive(listener: () => void): () => void {
    this.#events.on('alive', listener)
    return () => this.#events.off('alive', listener)
  }

  onLeave(listener: (record: PeerRecord, departure: Departure) => void): () => void {
    this.#events.on('leave', listener)
    return () => this.#events.off('leave', listener)
  }

  onReturning(listener: (peer: { name: string; incarnation: string }) => void): () => void {
    this.#events.on('returning', listener)
    return () => this.#events.off('returning', listener)
  }

  onUnknownPeer(listener: (peer: { name: string; incarnation: string }) => void): () => void {
    this.#events.on('unknownPeer', listener)
    return () => this.#events.off('unknownPeer', listener)
  }

  onSuspect(listener: (record: PeerRecord) => void): () => void {
    this.#events.on('suspect', listener)
    return () => this.#events.off('suspect', listener)
  }

  onLapse(listener: (record: PeerRecord) => void): () => void {
    this.#events.on('lapse', listener)
    return () => this.#events.off('lapse', listener)
  }

  /**
   * Adds a node, or renews its record. Another incarnation of the same name has ended, and one that has ended stays so.
   * @param suspected whether the record is known, but nothing was heard of the node itself
   */
  upsert(record: PeerRecord, suspected = false): void {
    if (this.#ended.has(record.incarnation)) return
    const known = this.#members.get(record.name)
    if (known?.record.incarnation === record.incarnation) {
      known.record = record
      this.#offering.clear()
      if (suspected) return
      this.#onSign(known)
      this.#events.emit('alive')
      return
    }
    if (known) this.remove(record.name, DIED, known.record.incarnation)
    const member = { record, missed: suspected ? this.#suspectAfter : 0 }
    this.#members.set(record.name, member)
    this.#byIncarnation.set(record.incarnation, member)
    this.#offering.clear()
    this.#events.emit('join', record)
    if (!suspected) this.#events.emit('alive')
  }

  /** Notes a heartbeat. One of this node itself is a tick of the clock by which the silence of others is measured. */
  onHeartbeat({ name, id }: { name: string; id: string }): void {
    if (id === this.#options.self) this.#tick()
    else {
      const member = this.#byIncarnation.get(id)
      if (member) this.#onSign(member)
      else if (!this.#hasJustEnded(id)) this.#events.emit('unknownPeer', { name, incarnation: id })
    }
  }

  /** Notes that the server is another one. Who has not been heard since may not have claimed a name there. */
  onNewServer(): void {
    this.#ticks = 0
  }

  /** Removes an incarnation that has gone by all appearances. It joins again if it is heard. */
  giveUp({ name, incarnation }: Pick<PeerRecord, 'name' | 'incarnation'>, departure: Departure): void {
    const member = this.#members.get(name)
    if (member?.record.incarnation !== incarnation) return
    this.#members.delete(name)
    this.#byIncarnation.delete(incarnation)
    this.#offering.clear()
    this.#events.emit('leave', member.record, departure)
  }

  /** Adds a node that was heard, and has answered itself: what was said of its end, if anything was, is not so. */
  readmit(record: PeerRecord): void {
    if (this.#hasJustEnded(record.incarnation)) return
    this.#ended.delete(record.incarnation)
    this.upsert(record)
  }

  /** Removes an incarnation that has said goodbye, or of whose end there is other proof. Only its own answer brings it back. */
  remove(name: string, departure: Departure, incarnation: string): void {
    this.#ended.set(incarnation, this.#clock)
    for (const oldest of this.#ended.keys()) {
      if (this.#ended.size <= MAX_ENDED) break
      this.#ended.delete(oldest)
    }
    if (this.has(incarnation)) this.giveUp({ name, incarnation }, departure)
    else if (departure.returns) this.#events.emit('returning', { name, incarnation })
  }

  /** Whether the incarnation is a member, be it suspected or not. */
  has(incarnation: string): boolean {
    return this.#byIncarnation.has(incarnation)
  }

  /** Whether the incarnation is a member of which too little was heard. */
  isSuspected(incarnation: string): boolean {
    const member = this.#byIncarnation.get(incarnation)
    return member !== undefined && this.#isSilent(member)
  }

  /** Whether a node of that name is a member, and not suspected. */
  isAlive(name: string): boolean {
    const member = this.#members.get(name)
    return member !== undefined && !this.#isSilent(member)
  }

  /** Asks the kernel whether the process of a member lives, as what connected it to this one has broken. @returns whether it is a member still */
  checkProcess(incarnation: string): boolean {
    const member = this.#byIncarnation.get(incarnation)
    if (member) this.#checkProcess(member)
    return this.has(incarnation)
  }

  find(incarnation: string): PeerRecord | undefined {
    return this.#byIncarnation.get(incarnation)?.record
  }

  /** Record of a member, be it suspected or not. */
  get(name: string): PeerRecord | undefined {
    return this.#members.get(name)?.record
  }

  /** Records of all members, by name. */
  all(): PeerRecord[] {
    return Array.from(this.#members.values(), ({ record }) => record).sort((a, b) =>
      a.name.localeCompare(b.name),
    )
  }

  /** Members that offer the callback: those that are alive, or the suspected ones when none is. */
  offering(callback: string): readonly Offering[] {
    let offering = this.#offering.get(callback)
    if (!offering) {
      offering = this.#findOffering(callback)
      this.#offering.set(callback, offering)
    }
    return offering
  }

  #findOffering(callback: string): Offering[] {
    const all = this.all().flatMap((record) => {
      const arity = Object.hasOwn(record.callbacks, callback) ? record.callbacks[callback] : undefined
      return arity ? [{ ...record, arity }] : []
    })
    const alive = all.filter(({ name }) => this.isAlive(name))
    return alive.length > 0 ? alive : all
  }

  /** Whether an incarnation has ended so lately that messages which were on their way may come. */
  #hasJustEnded(incarnation: string): boolean {
    const end = this.#ended.get(incarnation)
    return end !== undefined && this.#clock - end < this.#suspectAfter
  }

  #isSilent({ missed }: Member): boolean {
    return missed >= this.#suspectAfter
  }

  #onSign(member: Member): void {
    const wasSuspected = this.#isSilent(member)
    member.missed = 0
    if (!wasSuspected) return
    this.#offering.clear()
    this.#events.emit('alive')
  }

  #tick(): void {
    const { heartbeatMs } = this.#options.timing
    const now = performance.now()
    // Heartbeats that the server or this process held up come in a burst, and those of others may be behind them.
    if (now - this.#lastTick < heartbeatMs / 2) return
    this.#lastTick = now
    this.#ticks++
    this.#clock++
    for (const member of [...this.#members.values()]) {
      if (member.record.incarnation === this.#options.self) continue
      member.missed++
      if (member.missed === this.#suspectAfter) this.#offering.clear()
      this.#examine(member)
    }
  }

  #examine(member: Member): void {
    const { record, missed } = member
    if (missed < PROBE_AFTER) return
    const running = this.#checkProcess(member)
    if (running !== undefined || !this.#isSilent(member)) return
    const silentMs = (missed - this.#suspectAfter) * this.#options.timing.heartbeatMs
    if (silentMs >= record.graceMs) {
      this.giveUp(record, DIED)
      this.#events.emit('lapse', record)
    } else if (missed < this.#ticks && (missed - this.#suspectAfter) % REPORT_EVERY === 0)
      this.#events.emit('suspect', record)
  }

  /** Removes a member whose process has ended, as far as the kernel can tell. @returns what it tells */
  #checkProcess({ record }: Member): boolean | undefined {
    const running = this.#options.isRunning(record)
    if (running === false) {
      this.remove(record.name, DIED, record.incarnation)
      this.#events.emit('lapse', record)
    }
    return running
  }
}
