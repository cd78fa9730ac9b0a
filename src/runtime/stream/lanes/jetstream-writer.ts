import { setTimeout as delay } from 'node:timers/promises'
import { JetStreamApiError, jetstreamManager, type JetStreamManager } from '@nats-io/jetstream'
import { DaffiError } from '../../core/errors.js'
import type { LinkFailure } from '../link.js'
import type { StreamConnections, StreamPorts } from '../ports.js'
import { streamSubject } from '../messages.js'
import type { Demand, LaneWriter } from './lane.js'

/** The most that may be on its way through the server, as cost. */
export const WINDOW = 16 * 1024 * 1024
/** Of items that do not fit into one message. */
const PART_BYTES = 1024 * 1024
/** Room in a message for what the server counts besides the payload. */
const HEADROOM = 512
const ANSWER_MS = 30_000
const AGAIN_MS = 250

export const deleteStreamSubject = (name: string): string => `$JS.API.STREAM.DELETE.${name}`

/** Where a part is kept, and the number under which it went there. */
export type JetStreamRef = [stream: string, sequence: number, number: number]

interface JetStreamLaneOptions {
  ports: StreamPorts
  connections: StreamConnections
  id: string
  /** What the stream keeps; older parts make room. Readers get to know parts by message, so they may lie here unread. */
  bytes: number
  /** When the server lost what was stored: go on with a new JetStream stream, rather than fail. */
  renew: boolean
}

/**
 * Parts in a JetStream stream in the server's memory, uploaded once whatever the number of receivers. It is a
 * ring: `discard: old` with room to spare, so that limits never do the work of flow control.
 */
export class JetStreamLaneWriter implements LaneWriter {
  /** Parts become known as the server's answers come, which no word need wait for. */
  readonly mostUnsaid = Infinity
  /** The most that a message may carry. */
  readonly #messageBytes: number
  readonly #options: JetStreamLaneOptions
  readonly #subject: string
  readonly #jsm: JetStreamManager
  #generation = 0
  #number = 0
  /** The connection over which the stream was last seen to be there. */
  #seen: AbortSignal
  #renewing: Promise<void> | undefined
  #closed = false

  private constructor(options: JetStreamLaneOptions, jsm: JetStreamManager) {
    this.#options = options
    this.#jsm = jsm
    this.#seen = options.connections.bulk.lost
    this.#subject = streamSubject(options.ports.pipeline, options.id, 'data')
    this.#messageBytes = (options.connections.bulk.nc.info?.max_payload ?? PART_BYTES) - HEADROOM
  }

  static async open(options: JetStreamLaneOptions): Promise<JetStreamLaneWriter> {
    const jsm = await jetstreamManager(options.connections.bulk.nc, { checkAPI: false })
    const lane = new JetStreamLaneWriter(options, jsm)
    await lane.#create()
    return lane
  }

  /** One message costs all three, writer, server and reader, less than several, whose bytes must be joined again. */
  partBytes(chunkBytes: number): number {
    return chunkBytes <= this.#messageBytes ? this.#messageBytes : Math.min(PART_BYTES, this.#messageBytes)
  }

  hasRoom(cost: number, stored: number, demand: Demand): boolean {
    const loaded = demand.slowest(stored)
    return stored === loaded || stored - loaded + cost <= WINDOW
  }

  async store(part: Uint8Array): Promise<JetStreamRef | undefined> {
    const { connections, renew } = this.#options
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
      if (reply === 'gone' || bulk.nc.isClosed()) throw lost()
      // The part may have been stored or not; storing it twice does no harm, as only one is made known.
      await bulk.up()
    }
  }

  async close(): Promise<void> {
    this.#closed = true
    await this.#renewing?.catch(() => undefined)
    await this.#remove(this.#name)
  }

  async #send(part: Uint8Array, name: string, number: number): Promise<Uint8Array | LinkFailure> {
    const { bulk } = this.#options.connections
    if (this.#seen !== bulk.lost && !(await this.#stands(name))) return 'gone'
    try {
      return await bulk.request(`${this.#subject}.${number}`, part, ANSWER_MS)
    } catch (error) {
      if (await this.#stands(name)) throw error
      return 'gone'
    }
  }

  /** A server that has lost the stream, by a restart or otherwise, does not say so: receivers listen on its subject. */
  async #stands(name: string): Promise<boolean> {
    const { bulk } = this.#options.connections
    const seen = bulk.lost
    const reply = await bulk.request(`$JS.API.STREAM.INFO.${name}`, '', ANSWER_MS)
    if (!(reply instanceof Uint8Array)) return reply === 'lost'
    this.#seen = seen
    return !('error' in (JSON.parse(Buffer.from(reply).toString()) as object))
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
    })
  }

  /** @param gone the stream that is not there any more; several parts may have been on their way to it */
  async #renew(gone: string): Promise<void> {
    if (gone === this.#name) this.#renewing ??= this.#startOver().finally(() => (this.#renewing = undefined))
    await this.#renewing
  }

  async #startOver(): Promise<void> {
    const { bulk } = this.#options.connections
    await this.#remove(this.#name)
    // A new name, so that a reader that asks for what the old one kept is not given something else.
    this.#generation++
    while (!this.#closed) {
      try {
        if (bulk.connected) {
          await this.#create()
          return
        }
      } catch (error) {
        if (error instanceof JetStreamApiError || bulk.nc.isClosed()) throw error
      }
      // JetStream comes up a little later than the server does.
      await delay(AGAIN_MS)
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
  const ack = JSON.parse(Buffer.from(reply).toString()) as { seq?: number; error?: { description: string } }
  if (ack.seq === undefined) {
    throw new DaffiError(
      'DAFFI_SERVER_FAILED',
      `the server refused to store a part of a stream: ${ack.error?.description ?? 'no reason given'}`,
    )
  }
  return ack.seq
}

function lost(): DaffiError {
  return new DaffiError(
    'DAFFI_STREAM_LOST',
    'the server was restarted and lost what the stream had in flight',
  )
}
