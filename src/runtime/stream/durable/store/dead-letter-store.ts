import {
  jetstream,
  jetstreamManager,
  RetentionPolicy,
  StorageType,
  type JetStreamManager,
} from '@nats-io/jetstream'
import { headers, type NatsConnection } from '@nats-io/transport-node'
import { decode, decodeBytes } from '../../../codec/index.js'
import { KIB, MIB } from '../../../core/bytes.js'
import { DaffiError } from '../../../core/errors.js'
import { payloadLimit } from '../../../nats/index.js'
import { storeInfo } from './item-store.js'
import { pubAckOf } from '../../protocol/publish-answer.js'
import { DEAD_HEADER, deadPartOf, type DeadLetter, type DeadPart } from './dead-part.js'

/** Header in which the server gives the size of a payload that it leaves out. */
const SIZE_HEADER = 'Nats-Msg-Size'
const REQUEST_TIMEOUT_MS = 10_000
/** Bytes left for a message's headers, of which an error's message is the longest; half a message where those are small. */
const HEADROOM = 8 * KIB
/** Bytes that a character of the error's message may need in JSON, and some for the rest of the header. */
const BYTES_PER_CHARACTER = 8

/** Dead letter with the id by which commands name it. */
export type StoredDeadLetter = DeadLetter & { id: number }

/** Dead letters of a pipeline: a JetStream stream on file, from which only `remove` deletes. */
export class DeadLetterStore {
  readonly #nc: NatsConnection
  readonly #pipeline: string
  #jsm: Promise<JetStreamManager> | undefined

  constructor(nc: NatsConnection, pipeline: string) {
    this.#nc = nc
    this.#pipeline = pipeline
  }

  /** Stores an item, only once even when it is given up several times. */
  async add(letter: DeadLetter, item: Uint8Array): Promise<void> {
    const jsm = await this.#manager()
    await jsm.streams.add({
      name: this.#stream,
      subjects: [`${this.#prefix}.>`],
      storage: StorageType.File,
      retention: RetentionPolicy.Limits,
      allow_direct: true,
    })
    const subject = this.#subject(letter)
    // Parts that an interrupted attempt has left.
    await jsm.streams.purge(this.#stream, { filter: subject })
    const headroom = Math.min(HEADROOM, payloadLimit(this.#nc, 0) / 2)
    const limit = Math.min(MIB, payloadLimit(this.#nc, headroom))
    const message = letter.error.message.slice(0, headroom / BYTES_PER_CHARACTER)
    const error = { code: letter.error.code, message }
    for (let offset = 0; offset < item.length || offset === 0; offset += limit) {
      const head = headers()
      head.set(DEAD_HEADER, JSON.stringify({ ...letter, error, offset } satisfies DeadPart))
      const reply = await this.#nc.request(subject, item.subarray(offset, offset + limit), {
        headers: head,
        timeout: REQUEST_TIMEOUT_MS,
      })
      const { error: refusal } = pubAckOf(reply.data)
      if (refusal)
        throw new DaffiError('DAFFI_SERVER_FAILED', `a dead letter was refused: ${refusal.description}`)
    }
  }

  async list(): Promise<StoredDeadLetter[]> {
    const letters: StoredDeadLetter[] = []
    for await (const { id, part, length } of this.#headers()) {
      const { offset, ...letter } = part
      if (offset + length === letter.bytes) letters.push({ ...letter, id })
    }
    return letters
  }

  /** The item as the callback was given it. @throws DaffiError DAFFI_BAD_MESSAGE when it is not kept as a whole */
  async item(letter: StoredDeadLetter): Promise<unknown> {
    const { id, kind, bytes } = letter
    const parts: Uint8Array[] = []
    let known = 0
    for await (const { part, data, id: sequence } of this.#parts(letter)) {
      if (sequence > id) break
      if (part.offset !== known) continue
      parts.push(data)
      known += data.length
    }
    if (known !== bytes) throw new DaffiError('DAFFI_BAD_MESSAGE', `dead letter ${id} is not whole`)
    const whole = Buffer.concat(parts)
    return kind ? decodeBytes(kind, whole) : decode(whole)
  }

  /** Removes a letter, but not one that the same work has become since. */
  async remove(letter: StoredDeadLetter): Promise<void> {
    const jsm = await this.#manager()
    await jsm.streams.purge(this.#stream, { filter: this.#subject(letter), seq: letter.id + 1 })
  }

  /** Headers of all parts, in one pass. */
  async *#headers(): AsyncGenerator<{ id: number; part: DeadPart; length: number }> {
    const jsm = await this.#manager()
    const info = await storeInfo(jsm, this.#stream)
    if (!info || info.state.messages === 0) return
    const consumer = await jetstream(this.#nc).consumers.get(this.#stream, { headers_only: true })
    try {
      // Bounded, since letters may be removed meanwhile.
      const messages = await consumer.fetch({
        max_messages: info.state.messages,
        expires: REQUEST_TIMEOUT_MS,
      })
      for await (const { seq, subject, headers: head, info: delivery } of messages) {
        const part = deadPartOf(head)
        if (part && subject === this.#subject(part))
          yield { id: seq, part, length: Number(head?.get(SIZE_HEADER)) }
        if (delivery.pending === 0) return
      }
    } finally {
      await consumer.delete()
    }
  }

  /** Parts of one letter. */
  async *#parts(letter: DeadLetter): AsyncGenerator<{ id: number; part: DeadPart; data: Uint8Array }> {
    const jsm = await this.#manager()
    for (let sequence = 1; ;) {
      const query = { seq: sequence, next_by_subj: this.#subject(letter) }
      const found = await jsm.direct.getMessage(this.#stream, query)
      if (!found) return
      const part = deadPartOf(found.header)
      if (part) yield { id: found.seq, part, data: found.data }
      sequence = found.seq + 1
    }
  }

  get #stream(): string {
    return `daffi_${this.#pipeline}_dead`
  }

  #subject(letter: DeadLetter): string {
    if ('job' in letter) return `${this.#prefix}.job.${letter.job}`
    return `${this.#prefix}.${letter.node}.${letter.run}.${letter.item}`
  }

  get #prefix(): string {
    return `daffi.${this.#pipeline}.dead`
  }

  #manager(): Promise<JetStreamManager> {
    return (this.#jsm ??= jetstreamManager(this.#nc, { checkAPI: false }))
  }
}
