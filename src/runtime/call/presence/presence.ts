import type { NatsConnection, Subscription } from '@nats-io/transport-node'
import { bounded } from '../../core/timeout.js'
import { DaffiError } from '../../core/errors.js'
import type { Logger } from '../../core/logger.js'
import type { CallTiming } from '../wire/timing.js'
import { NameRegistry } from './name-registry.js'
import { parseRecord, presenceSubject, type Heartbeat, type Goodbye, type PeerRecord } from './peer-record.js'
import { PeerTable } from './peer-table.js'

export interface PresenceOptions {
  nc: NatsConnection
  pipeline: string
  record: PeerRecord
  log: Logger
  timing: CallTiming
  /** Called when another process took over the name, because heartbeats of this one were missing for too long. */
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

  constructor(options: PresenceOptions) {
    this.#options = options
    this.peers = new PeerTable(options.timing)
    this.#names = new NameRegistry(options.nc, options.pipeline)
    this.peers.onUnknownPeer(() => void this.#refresh())
  }

  /** Claims the name and reads the records of the others. They do not learn of this node before `announce`. */
  async join(): Promise<void> {
    const { nc, pipeline, record } = this.#options
    this.#subscription = nc.subscribe(presenceSubject(pipeline, '*'), {
      callback: (error, message) => {
        if (error === null)
          this.#onMessage(message.subject.slice(message.subject.lastIndexOf('.') + 1), message.json())
      },
    })
    await this.#claim()
    this.#claimed = true
    for (const peer of await this.#names.list()) this.peers.upsert(peer)
    this.peers.upsert(record)
    this.peers.start()
  }

  announce(): void {
    this.#publish('hello', this.#options.record)
  }

  /** Publishes this node's record after it has changed. */
  async update(): Promise<void> {
    this.peers.upsert(this.#options.record)
    await this.#claim()
    this.announce()
  }

  /** Claims the name again after a reconnect: a server that was restarted has no claims, and hellos were missed. */
  async rejoin(): Promise<void> {
    this.peers.resetTimeouts()
    await this.#claim()
    this.announce()
    await this.#refresh()
  }

  async leave(): Promise<void> {
    const { nc, record, log, timing } = this.#options
    this.peers.stop()
    this.#subscription?.unsubscribe()
    if (nc.isClosed()) return
    // When the server is gone no goodbye arrives, but the missing heartbeats are noticed soon enough.
    const publishing = bounded(this.#publishGoodbye(), { timeoutMs: timing.goodbyeMs, what: 'goodbye' })
    await publishing.catch((error: unknown) =>
      log.debug(`${record.name} left without a goodbye: ${String(error)}`),
    )
  }

  #claim(): Promise<void> {
    const { record, timing } = this.#options
    return this.#names.claim(record, timing.goneMs)
  }

  async #publishGoodbye(): Promise<void> {
    const { nc, record, log } = this.#options
    const isOwn = (holder: PeerRecord): boolean => holder.incarnation === record.incarnation
    const last = await this.#names.release(record.name, isOwn).catch((error: unknown) => {
      log.debug(`the name ${record.name} was not given back: ${String(error)}`)
      return false
    })
    this.#publish('goodbye', { name: record.name, id: record.incarnation, last })
    await nc.flush()
  }

  #onMessage(what: string, body: unknown): void {
    const { record } = this.#options
    if (what === 'hello') {
      const peer = parseRecord(body)
      if (!peer) return
      const isOtherHolder = peer.name === record.name && peer.incarnation !== record.incarnation
      if (isOtherHolder && this.#claimed) this.#loseName(peer)
      else this.peers.upsert(peer)
    } else if (what === 'beat') {
      this.peers.onHeartbeat((body as Heartbeat).id)
    } else {
      const { name, id, last, returns } = body as Goodbye
      if (id !== record.incarnation)
        this.peers.remove(
          name,
          { how: returns === undefined ? 'left' : 'died', returns: returns ?? false },
          id,
        )
      // Our claim may have been deleted with the bucket, if it was made while the last node was leaving.
      if (last) void this.#claim().catch((error: unknown) => this.#options.log.warn(String(error)))
    }
  }

  #loseName({ host, pid }: PeerRecord): void {
    const { record, onNameLost } = this.#options
    onNameLost(
      new DaffiError(
        'DAFFI_NAME_LOST',
        `the name "${record.name}" was taken over by process ${pid} on host ${host}, because this process was not heard of for three heartbeats`,
      ),
    )
  }

  async #refresh(): Promise<void> {
    this.#refreshing ??= this.#names
      .list()
      .then((records) => records.forEach((record) => this.peers.upsert(record)))
      .catch((error: unknown) => this.#options.log.debug(`presence: ${String(error)}`))
      .finally(() => (this.#refreshing = undefined))
    await this.#refreshing
  }

  #publish(what: 'hello' | 'goodbye', body: PeerRecord | Goodbye): void {
    const { nc, pipeline } = this.#options
    nc.publish(presenceSubject(pipeline, what), JSON.stringify(body))
  }
}
