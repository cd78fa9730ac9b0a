import { hostname } from 'node:os'
import type { NatsConnection, Subscription } from '@nats-io/transport-node'
import { bounded } from '../../core/abort.js'
import { DaffiError } from '../../core/errors.js'
import type { Logger } from '../../core/logger.js'
import { Names } from './name-registry.js'
import { Peers } from './peers.js'
import { parseRecord, presenceSubject, type Beat, type Goodbye, type PeerRecord } from './peer-record.js'

/** How long a goodbye may take: with the server gone nobody hears it, and the beats are missed soon enough. */
const LAST_WORDS_MS = 2000

export interface PresenceOptions {
  nc: NatsConnection
  pipeline: string
  record: PeerRecord
  log: Logger
  /** The name went to somebody else, because this process was not heard of for too long. */
  onNameLost: (error: DaffiError) => void
}

/** This node among the others: its claim, its hello, and what it hears of them. */
export class Presence {
  readonly peers = new Peers()
  readonly #options: PresenceOptions
  readonly #names: Names
  #subscription: Subscription | undefined
  #refreshing: Promise<void> | undefined
  /** Before that, whoever says hello under our name has it by right. */
  #claimed = false

  constructor(options: PresenceOptions) {
    this.#options = options
    this.#names = new Names(options.nc, options.pipeline)
    this.peers.onStranger(() => void this.#refresh())
  }

  /** Claims the name and learns who is there. Nobody hears of this node before `announce`. */
  async join(): Promise<void> {
    const { nc, pipeline, record } = this.#options
    this.#subscription = nc.subscribe(presenceSubject(pipeline, '*'), {
      callback: (error, message) => {
        if (error === null)
          this.#hear(message.subject.slice(message.subject.lastIndexOf('.') + 1), message.json())
      },
    })
    await this.#names.claim(record)
    this.#claimed = true
    for (const peer of await this.#names.list()) this.peers.hello(peer)
    this.peers.hello(record)
    this.peers.start()
  }

  announce(): void {
    this.#publish('hello', this.#options.record)
  }

  /** The record says something new of this node. */
  async update(): Promise<void> {
    this.peers.hello(this.#options.record)
    await this.#names.claim(this.#options.record)
    this.announce()
  }

  /** After a reconnect: a server that was restarted has forgotten all claims, and hellos were missed. */
  async rejoin(): Promise<void> {
    this.peers.forgive()
    await this.#names.claim(this.#options.record)
    this.announce()
    await this.#refresh()
  }

  async leave(): Promise<void> {
    const { nc, record, log } = this.#options
    this.peers.stop()
    this.#subscription?.unsubscribe()
    if (nc.isClosed()) return
    const saying = bounded(this.#sayGoodbye(), { timeoutMs: LAST_WORDS_MS, what: 'goodbye' })
    await saying.catch((error: unknown) =>
      log.debug(`${record.name} left without a goodbye: ${String(error)}`),
    )
  }

  async #sayGoodbye(): Promise<void> {
    const { nc, record, log } = this.#options
    const mine = (holder: PeerRecord): boolean => holder.incarnation === record.incarnation
    const last = await this.#names.release(record.name, mine).catch((error: unknown) => {
      log.debug(`the name ${record.name} was not given back: ${String(error)}`)
      return false
    })
    this.#publish('goodbye', { name: record.name, id: record.incarnation, last })
    await nc.flush()
  }

  #hear(what: string, body: unknown): void {
    const { record } = this.#options
    if (what === 'hello') {
      const peer = parseRecord(body)
      if (!peer) return
      const rival = peer.name === record.name && peer.incarnation !== record.incarnation
      if (rival && this.#claimed) this.#loseName(peer)
      else this.peers.hello(peer)
    } else if (what === 'beat') {
      this.peers.beat((body as Beat).id)
    } else {
      const { name, id, last } = body as Goodbye
      if (id !== record.incarnation) this.peers.remove(name, id === undefined ? 'died' : 'left', id)
      // Our claim may have gone with the bucket, if it was made while the last one was leaving.
      if (last)
        void this.#names.claim(record).catch((error: unknown) => this.#options.log.warn(String(error)))
    }
  }

  #loseName({ host, pid }: PeerRecord): void {
    const { record, onNameLost } = this.#options
    onNameLost(
      new DaffiError(
        'DAFFI_NAME_LOST',
        `the name "${record.name}" was taken over by process ${pid} on host ${host}, because this process was not heard of for three beats`,
      ),
    )
  }

  async #refresh(): Promise<void> {
    this.#refreshing ??= this.#names
      .list()
      .then((records) => records.forEach((record) => this.peers.hello(record)))
      .catch((error: unknown) => this.#options.log.debug(`presence: ${String(error)}`))
      .finally(() => (this.#refreshing = undefined))
    await this.#refreshing
  }

  #publish(what: 'hello' | 'goodbye', body: PeerRecord | Goodbye): void {
    const { nc, pipeline } = this.#options
    nc.publish(presenceSubject(pipeline, what), JSON.stringify(body))
  }
}

/** A supervisor's goodbye for a child that died without one: the others learn of it at once, and its name is free. */
export async function sayGoodbye(
  nc: NatsConnection,
  pipeline: string,
  name: string,
  pid: number,
): Promise<void> {
  const mine = (holder: PeerRecord): boolean => holder.pid === pid && holder.host === hostname()
  const last = await new Names(nc, pipeline).release(name, mine)
  const goodbye: Goodbye = { name, last }
  nc.publish(presenceSubject(pipeline, 'goodbye'), JSON.stringify(goodbye))
  await nc.flush()
}
