import { setTimeout as delay } from 'node:timers/promises'
import { JetStreamApiError, jetstreamManager, type JetStreamManager } from '@nats-io/jetstream'
import { MIB } from '../../core/bytes.js'
import { TimeoutError } from '@nats-io/transport-node'
import { DaffiError, messageOf } from '../../core/errors.js'
import { isMap } from '../../core/message/forms.js'
import { parseJson } from '../../core/message/parse-json.js'
import { payloadLimit } from '../../nats/index.js'
import type { RequestFailure } from '../protocol/nats-link.js'
import type { StreamConnections, StreamPorts } from '../protocol/ports.js'
import { streamSubject } from '../protocol/messages.js'
import { pubAckOf } from '../protocol/publish-answer.js'
import type { JetStreamRef } from '../protocol/refs.js'
import type { Demand, LaneWriter } from './lane.js'
import { removeLeftovers, writerMetadata } from './leftovers.js'

/** Weight that may be on its way through the server. */
export const WINDOW = 16 * MIB
/** Part size of chunks that do not fit into one message. */
const PART_BYTES = MIB
/** Bytes of a message that the server counts besides the payload. */
const HEADROOM = 512
const REQUEST_TIMEOUT_MS = 30_000
const RETRY_DELAY_MS = 250

export const deleteStreamSubject = (name: string): string => `$JS.API.STREAM.DELETE.${name}`

interface JetStreamLaneOptions {
  ports: StreamPorts
  connections: StreamConnections
  id: string
  /** Bytes that the stream keeps; older parts make room. Parts are announced by message, so some may lie here unread. */
  bytes: number
  /** Whether to continue with a new JetStream stream when the server lost the stored parts, in place of failing. */
  renew: boolean
  /** Aborts when the stream is cut off. */
  signal: AbortSignal
}

/**
 * Lane through the server: parts are uploaded once, to a JetStream stream in its memory, whatever the number of receivers.
 * The stream is a ring, `discard: old` with room to spare, so that its limits never do the work of flow control.
 */
export class JetStreamLaneWriter implements LaneWriter {
  /** No announcement need wait: parts are announced as the server's responses come. */
  readonly maxUnannounced = Infinity
  /** Payload limit of a message, in bytes. */
  readonly #messageBytes: number
  readonly #options: JetStreamLaneOptions
  readonly #subject: string
  readonly #jsm: JetStreamManager
  #generation = 0
  #number = 0
  /** Connection over which the stream was last seen, by its `lost` signal. */
  #seen: AbortSignal
  #renewing: Promise<void> | undefined
  #closed = false

  private constructor(options: JetStreamLaneOptions, jsm: JetStreamManager) {
    this.#options = options
    this.#jsm = jsm
    this.#seen = options.connections.bulk.lost
    this.#subject = streamSubject(options.ports.pipeline, options.id, 'data')
    this.#messageBytes = payloadLimit(options.connections.bulk.nc, HEADROOM)
  }

  /** @throws the signal's reason when the stream is cut off first */
  static async open(options: JetStreamLaneOptions): Promise<JetStreamLaneWriter> {
    const { connections, ports, signal } = options
    const jsm = await jetstreamManager(connections.bulk.nc, { checkAPI: false })
    const lane = new JetStreamLaneWriter(options, jsm)
    await lane.#createWhenAble()
    signal.throwIfAborted()
    removeLeftovers(ports).catch((error: unknown) => ports.log.debug(`cleaning: ${messageOf(error)}`))
    return lane
  }

  /**
   * One message where it fits: several are more work for writer, server and reader, as their bytes must be joined
   * again.
   */
  partBytes(chunkBytes: number): number {
    return chunkBytes <= this.#messageBytes ? this.#messageBytes : Math.min(PART_BYTES, this.#messageBytes)
  }

  hasRoom(weight: number, stored: number, demand: Demand): boolean {
    const loaded = demand.slowest(stored)
    return stored === loaded || stored - loaded + weight <= WINDOW
  }

  async store(part: Uint8Array): Promise<JetStreamRef | undefined> {
    const { connections, renew, signal } = this.#options
    const { bulk } = connections
    for (;;) {
      if (this.#renewing) await this.#renewing
      const name = this.#name
      const number = this.#number++
      const reply = await this.#send(part, name, number)
      if (reply instanceof Uint8Array) return [name, sequenceOf(reply), number]
      if (renew) {
        if (reply === 'gone') await this.#renew(name)
        return undefined
      }
      if (reply === 'late') {
        signal.throwIfAborted()
        continue
      }
      if (reply === 'gone' || bulk.nc.isClosed()) throw streamLost()
      // The part may have been stored or not; storing it twice does no harm, as only one copy is announced.
      await bulk.up()
    }
  }

  async close(): Promise<void> {
    this.#closed = true
    await this.#renewing?.catch(() => undefined)
    await this.#remove(this.#name)
  }

  /** @returns `late` when the server did not respond, though the stream may exist */
  async #send(part: Uint8Array, name: string, number: number): Promise<Uint8Array | RequestFailure | 'late'> {
    const { bulk } = this.#options.connections
    try {
      if (this.#seen !== bulk.lost && !(await this.#exists(name))) return 'gone'
      return await bulk.request(`${this.#subject}.${number}`, part, REQUEST_TIMEOUT_MS)
    } catch (error) {
      if (!(error instanceof TimeoutError)) throw error
    }
    return (await this.#exists(name).catch(() => true)) ? 'late' : 'gone'
  }

  /**
   * Whether the stream still exists. After a restart that lost it a publish is not refused, since receivers subscribe to
   * its subject.
   */
  async #exists(name: string): Promise<boolean> {
    const { bulk } = this.#options.connections
    const seen = bulk.lost
    const reply = await bulk.request(`$JS.API.STREAM.INFO.${name}`, '', REQUEST_TIMEOUT_MS)
    if (!(reply instanceof Uint8Array)) return reply === 'lost'
    this.#seen = seen
    const info = parseJson(reply)
    return isMap(info) && !('error' in info)
  }

  get #name(): string {
    const { ports, id } = this.#options
    return `daffi_${ports.pipeline}_stream_${id}${this.#generation === 0 ? '' : `_${this.#generation}`}`
  }

  async #create(): Promise<void> {
    const { ports, bytes } = this.#options
    ports.setLastWill(deleteStreamSubject(this.#name))
    await this.#jsm.streams.add({
      name: this.#name,
      subjects: [`${this.#subject}.*`],
      storage: 'memory',
      retention: 'limits',
      discard: 'old',
      max_bytes: bytes,
      allow_direct: true,
      description: `daffi ${ports.self.name}`,
      metadata: writerMetadata(ports.self),
    })
  }

  /** @param gone name of the stream that is gone; several parts may have been on their way to it */
  async #renew(gone: string): Promise<void> {
    if (gone === this.#name) this.#renewing ??= this.#recreate().finally(() => (this.#renewing = undefined))
    await this.#renewing
  }

  async #recreate(): Promise<void> {
    await this.#remove(this.#name)
    // A new name, so that a reader that asks for a part of the old stream is not given another one.
    this.#generation++
    await this.#createWhenAble()
  }

  /** Creates the stream as soon as the server responds; it does not while it stands still, or starts. */
  async #createWhenAble(): Promise<void> {
    const { connections, signal } = this.#options
    const { bulk } = connections
    while (!this.#closed && !signal.aborted) {
      try {
        if (bulk.connected) {
          await this.#create()
          return
        }
      } catch (error) {
        if (error instanceof JetStreamApiError || error instanceof DaffiError || bulk.nc.isClosed())
          throw error
      }
      // JetStream starts a little later than the server does.
      await delay(RETRY_DELAY_MS)
    }
  }

  async #remove(name: string): Promise<void> {
    await this.#jsm.streams.delete(name).catch((error: unknown) => {
      this.#options.ports.log.debug(`stream ${name} was not deleted: ${String(error)}`)
    })
    this.#options.ports.clearLastWill(deleteStreamSubject(name))
  }
}

function sequenceOf(reply: Uint8Array): number {
  const { seq, error } = pubAckOf(reply)
  if (seq !== undefined) return seq
  const reason = error?.description ?? 'no reason given'
  throw new DaffiError('DAFFI_SERVER_FAILED', `the server refused to store a part of a stream: ${reason}`)
}

function streamLost(): DaffiError {
  return new DaffiError(
    'DAFFI_STREAM_LOST',
    'the server was restarted and lost what the stream had in flight',
  )
}
