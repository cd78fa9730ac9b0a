import { setMaxListeners } from 'node:events'
import type { NatsConnection, Subscription } from '@nats-io/transport-node'
import { bounded } from '../../core/timeout.js'
import { DaffiError } from '../../core/errors.js'
import type { Logger } from '../../core/logger.js'
import { isRunning } from '../../core/process/process-identity.js'
import { parseJson } from '../../core/message/parse-json.js'
import { sleep } from '../../core/timer.js'
import { listen, payloadLimit } from '../../nats/index.js'
import type { CallTiming } from '../wire/timing.js'
import { NameRegistry } from './name-registry.js'
import {
  pagesOf,
  parseGoodbye,
  parseHeartbeat,
  parseRecord,
  presenceSubject,
  type Goodbye,
  type PeerRecord,
} from './peer-record.js'
import { PeerTable } from './peer-table.js'

export interface PresenceOptions {
  nc: NatsConnection
  pipeline: string
  record: PeerRecord
  log: Logger
  timing: CallTiming
  /** Called when another process has the name, because nothing was heard of this one for too long. */
  onNameLost: (error: DaffiError) => void
}

/** This node among the others: its claim of a name, its hello, and the messages by which it follows the others. */
export class Presence {
  readonly peers: PeerTable
  readonly #options: PresenceOptions
  readonly #names: NameRegistry
  #subscription: Subscription | undefined
  #refreshing: Promise<void> | undefined
  /** Before the claim, another node that publishes a hello under this name is its rightful holder. */
  #claimed = false
  #claiming: Promise<void> | undefined
  /** Aborts when the node leaves. */
  readonly #leaving = new AbortController()
  /** Incarnations that are being asked for their records. */
  readonly #asked = new Set<string>()
  /** Id of the server, which has lost all claims when it was started again. */
  #server: string | undefined

  constructor(options: PresenceOptions) {
    this.#options = options
    const { record, timing, nc, pipeline } = options
    setMaxListeners(0, this.#leaving.signal)
    this.#server = nc.info?.server_id
    this.peers = new PeerTable({ self: record.incarnation, timing, isRunning })
    this.#names = new NameRegistry(nc, pipeline)
    this.peers.onUnknownPeer((peer) => void this.#ask(peer))
    this.peers.onSuspect((peer) => void this.#look(peer))
    this.peers.onLapse((peer) => void this.#names.release(peer).catch(() => undefined))
  }

  /** Claims the name and reads the records of the others. They do not learn of this node before `announce`. */
  async join(): Promise<void> {
    const { nc, pipeline, record } = this.#options
    this.#subscription = listen(nc, presenceSubject(pipeline, '*'), ({ subject, data }) => {
      this.#onMessage(subject.slice(subject.lastIndexOf('.') + 1), parseJson(data))
    })
    await this.#claim()
    this.#claimed = true
    await this.#readOthers()
    this.peers.upsert(record)
  }

  announce(): void {
    const { nc, pipeline, record } = this.#options
    nc.publish(presenceSubject(pipeline, 'hello'), pagesOf(record, payloadLimit(nc))[0])
  }

  /** Publishes this node's record after it has changed. */
  async update(): Promise<void> {
    this.peers.upsert(this.#options.record)
    if (await this.#claimAgain()) this.announce()
  }

  /**
   * Claims the name again after a reconnect, or when this process stood still: the server or the others may have given up
   * the claim, and messages were missed.
   * @returns whether this node is still a member: another process may have its name by now
   */
  async rejoin(): Promise<boolean> {
    if (this.#isLeaving()) return false
    const { info } = this.#options.nc
    if (info?.server_id !== this.#server) this.peers.onNewServer()
    this.#server = info?.server_id
    if (!(await this.#claimAgain())) return false
    this.announce()
    await this.#refresh()
    return true
  }

  /** Whether a connection answers for that incarnation, be it slowly. */
  isReachable(peer: { name: string; incarnation: string }): Promise<boolean> {
    return this.#names.isReachable(peer, this.#options.timing.suspectMs)
  }

  /** Claims the name again if the claim is not there any more: others may have given it up without this node's knowledge. */
  async recheck(): Promise<void> {
    const { record } = this.#options
    if ((await this.#names.holder(record.name)) === record.incarnation || this.#isLeaving()) return
    await this.#claimAgain()
  }

  async leave(): Promise<void> {
    const { nc, record, log, timing } = this.#options
    this.#leaving.abort()
    this.peers.stop()
    this.#subscription?.unsubscribe()
    if (nc.isClosed()) return
    // When the server is gone no goodbye arrives, but the missing heartbeats are noticed soon enough.
    const publishing = bounded(this.#publishGoodbye(), { timeoutMs: timing.goodbyeMs, what: 'goodbye' })
    await publishing.catch((error: unknown) =>
      log.debug(`${record.name} left without a goodbye: ${String(error)}`),
    )
  }

  /** A method, for code that checks again: the compiler would assume that a property has not changed. */
  #isLeaving(): boolean {
    return this.#leaving.signal.aborted
  }

  async #claim(): Promise<void> {
    const { record, timing } = this.#options
    this.#claiming = this.#names.claim(record, timing.suspectMs)
    await this.#claiming
  }

  /** Claims the name that this node has had. @returns false when it is leaving, or has to: another process has the name */
  async #claimAgain(): Promise<boolean> {
    try {
      await this.#claim()
    } catch (error) {
      if (!(error instanceof DaffiError) || error.code !== 'DAFFI_DUPLICATE_NAME') throw error
      // Before the first claim is made, `join` throws the error.
      if (this.#claimed) this.#loseName(error.details as Pick<PeerRecord, 'host' | 'pid'>)
      return false
    }
    return !this.#isLeaving()
  }

  async #publishGoodbye(): Promise<void> {
    const { nc, pipeline, record, log } = this.#options
    // A claim that is on its way would come after the name is given back.
    await this.#claiming?.catch(() => undefined)
    const last = await this.#names.release(record).catch((error: unknown) => {
      log.debug(`the name ${record.name} was not given back: ${String(error)}`)
      return false
    })
    const goodbye: Goodbye = { name: record.name, id: record.incarnation, last }
    nc.publish(presenceSubject(pipeline, 'goodbye'), JSON.stringify(goodbye))
    await nc.flush()
  }

  #onMessage(what: string, body: unknown): void {
    if (what === 'hello') this.#onHello(known(parseRecord(body)))
    else if (what === 'beat') this.peers.onHeartbeat(known(parseHeartbeat(body)))
    else if (what === 'goodbye') this.#onGoodbye(known(parseGoodbye(body)))
  }

  #onHello(peer: PeerRecord): void {
    const { record, log } = this.#options
    const isOtherHolder = peer.name === record.name && peer.incarnation !== record.incarnation
    // Anybody may say so; the claim shows who has the name.
    if (isOtherHolder && this.#claimed)
      void this.recheck().catch((error: unknown) => log.debug(`presence: ${String(error)}`))
    else if (peer.pages === undefined) this.peers.upsert(peer)
    else void this.#readPages(peer)
  }

  /** Asks a node for all its callbacks, of which its hello has the first. */
  async #readPages(peer: PeerRecord): Promise<void> {
    const answer = await this.#names.ping(peer, this.#options.timing.suspectMs).catch(() => 'silent' as const)
    if (answer !== 'unreachable') this.peers.upsert(answer === 'silent' ? peer : answer)
  }

  #onGoodbye({ name, id, died, returns = false, last }: Goodbye): void {
    const { record, log } = this.#options
    if (id !== record.incarnation) this.peers.remove(name, { how: died ? 'died' : 'left', returns }, id)
    // Our claim may have been deleted with the bucket, if it was made while the last node was leaving.
    if (last) void this.#claimAgain().catch((error: unknown) => log.warn(String(error)))
  }

  #loseName({ host, pid }: Pick<PeerRecord, 'host' | 'pid'>): void {
    const { record, onNameLost } = this.#options
    onNameLost(
      new DaffiError(
        'DAFFI_NAME_LOST',
        `the name "${record.name}" was taken over by process ${pid} on host ${host}, because this process was not heard of for three heartbeats`,
      ),
    )
  }

  async #refresh(): Promise<void> {
    this.#refreshing ??= this.#readOthers()
      .catch((error: unknown) => this.#options.log.debug(`presence: ${String(error)}`))
      .finally(() => (this.#refreshing = undefined))
    await this.#refreshing
  }

  /** Reads all claims, and believes those whose holders answer: one that died without a goodbye may still have its claim. */
  async #readOthers(): Promise<void> {
    const known = new Map(this.peers.all().map(({ name, incarnation }) => [name, incarnation]))
    const records = await this.#names.list()
    await Promise.all(records.map((record) => this.#verify(record, known.get(record.name))))
  }

  /** @param known incarnation that had the name in the table before the claim was read */
  async #verify(record: PeerRecord, known: string | undefined): Promise<void> {
    if (record.incarnation === this.#options.record.incarnation) return
    if (isRunning(record) === false) {
      await this.#names.release(record).catch(() => undefined)
      return
    }
    const answer = await this.#names.ping(record, this.#options.timing.pingMs)
    if (answer === 'unreachable') void this.#releaseUnreachable(record).catch(() => undefined)
    // A hello that came meanwhile is newer than the claim.
    else if (this.peers.get(record.name)?.incarnation === known)
      this.peers.upsert(answer === 'silent' ? record : answer, answer === 'silent')
  }

  /** Gives back the name of a holder that has no connection, and none when its grace is over. */
  async #releaseUnreachable(record: PeerRecord): Promise<void> {
    let answer
    do {
      await sleep(record.graceMs, this.#leaving.signal)
      answer = await this.#names.ping(record, this.#options.timing.pingMs)
      // Silence is this node's own, or the server's: one who has no connection is told apart at once.
    } while (answer === 'silent')
    if (answer === 'unreachable') await this.#names.release(record)
  }

  /**
   * Asks a node that was heard, but is not a member, for its record: its hello was missed, or it was taken for gone. If it has
   * the name of this node, the claim is looked at: it says which of the two has lost the name.
   */
  async #ask(peer: { name: string; incarnation: string }): Promise<void> {
    if (this.#asked.has(peer.incarnation)) return
    this.#asked.add(peer.incarnation)
    try {
      if (peer.name === this.#options.record.name) {
        if (this.#claimed) await this.recheck()
        return
      }
      const answer = await this.#names.ping(peer, this.#options.timing.suspectMs)
      // While another incarnation has the name, its claim decides; this one finds out when it claims again.
      if (typeof answer === 'object' && !this.peers.isAlive(peer.name)) this.peers.readmit(answer)
    } catch (error) {
      this.#options.log.debug(`presence: ${String(error)}`)
    } finally {
      this.#asked.delete(peer.incarnation)
    }
  }

  /** Looks whether a suspected node has gone with a goodbye that was missed. */
  async #look(peer: PeerRecord): Promise<void> {
    const gone = await this.#names.hasGone(peer, this.#options.timing.suspectMs).catch(() => false)
    if (gone && this.peers.isSuspected(peer.incarnation))
      this.peers.giveUp(peer, { how: 'left', returns: false })
  }
}

/** @throws DaffiError DAFFI_BAD_MESSAGE for a message that has not the form of the protocol */
function known<T>(message: T | undefined): T {
  if (message !== undefined) return message
  throw new DaffiError('DAFFI_BAD_MESSAGE', 'it does not have the form of the protocol')
}
