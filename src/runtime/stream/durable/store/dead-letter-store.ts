import { isDeepStrictEqual } from 'node:util'
import {
  jetstream,
  jetstreamManager,
  RetentionPolicy,
  StorageType,
  type JetStreamManager,
  type StreamInfo,
} from '@nats-io/jetstream'
import { headers, type NatsConnection } from '@nats-io/transport-node'
import { decode, decodeBytes } from '../../../codec/index.js'
import { KIB, MIB } from '../../../core/bytes.js'
import { DaffiError } from '../../../core/errors.js'
import type { Logger } from '../../../core/logger.js'
import { count } from '../../../core/text/count.js'
import { API_ERROR, isApiError, payloadLimit } from '../../../nats/index.js'
import { storeInfo } from './item-store.js'
import { pubAckOf, refused } from '../../protocol/publish-answer.js'
import {
  droppedOf,
  excessOf,
  limitsOf,
  metadataOf,
  NONE_DROPPED,
  type DeadLetterLimits,
  type DroppedLetters,
  type Excess,
} from './dead-letter-limits.js'
import { DEAD_HEADER, deadPartOf, type DeadLetter, type DeadPart, type PartHeader } from './dead-part.js'

/** Header in which the server gives the size of a payload that it leaves out. */
const SIZE_HEADER = 'Nats-Msg-Size'
const REQUEST_TIMEOUT_MS = 10_000
/** Bytes left for a message's headers, of which an error's message is the longest; half a message where those are small. */
const HEADROOM = 8 * KIB
/** Bytes that a character of the error's message may need in JSON, and some for the rest of the header. */
const BYTES_PER_CHARACTER = 8

/** Bytes that a message has on disk besides its header and its payload, about. */
const MESSAGE_BYTES = 100
/** Letters that are dropped in one step. */
const MAX_AT_ONCE = 1000

/** Dead letter with the id by which commands name it. */
export type StoredDeadLetter = DeadLetter & { id: number }

/** Dead letters of a pipeline: a JetStream stream on file, from which `remove` deletes, and what is over the limits is dropped. */
export class DeadLetterStore {
  readonly #nc: NatsConnection
  readonly #pipeline: string
  readonly #log: Logger | undefined
  #jsm: Promise<JetStreamManager> | undefined

  /** @param log told of letters that are dropped because of the limits; needed by whoever stores letters */
  constructor(nc: NatsConnection, pipeline: string, log?: Logger) {
    this.#nc = nc
    this.#pipeline = pipeline
    this.#log = log
  }

  /** Stores an item, only once even when it is given up several times. */
  async add(letter: DeadLetter, item: Uint8Array): Promise<void> {
    const jsm = await this.#manager()
    await this.#open()
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
    await this.enforce()
  }

  /** Counts them without reading any. */
  async count(): Promise<number> {
    const info = await storeInfo(await this.#manager(), this.#stream)
    const { revision } = await this.#dropped()
    // One subject is that of the account.
    return (info?.state.num_subjects ?? 0) - (revision > 0 ? 1 : 0)
  }

  async list(): Promise<StoredDeadLetter[]> {
    const letters: StoredDeadLetter[] = []
    const { through } = (await this.#dropped()).account
    for await (const { letter } of this.#letters()) if (letter.id > through) letters.push(letter)
    return letters
  }

  /** Account of the letters that were dropped because of the limits. */
  async dropped(): Promise<Omit<DroppedLetters, 'through'>> {
    const { letters, bytes, time } = (await this.#dropped()).account
    return { letters, bytes, time }
  }

  /** Sets the limits, which hold for everybody who stores letters, and drops what is over them. */
  async limit(limits: DeadLetterLimits): Promise<void> {
    const { config } = await this.#open(limits)
    const metadata = metadataOf(limits)
    if (!isDeepStrictEqual(limitsOf(config), limitsOf({ metadata })))
      await (await this.#manager()).streams.update(this.#stream, { metadata })
    await this.enforce()
  }

  /** Drops the oldest letters that are over the limits, and counts them before. */
  async enforce(): Promise<void> {
    const first = await this.#dropped()
    for (;;) {
      const info = await storeInfo(await this.#manager(), this.#stream)
      const excess = info && excessOf(limitsOf(info.config), info.state)
      if (!excess || !(await this.#dropOldest(excess))) break
    }
    const letters = (await this.#dropped()).account.letters - first.account.letters
    if (letters > 0)
      this.#log?.warn(
        `the dead letters are over their limits: ${count(letters, 'old one')} dropped (dead_letters in the pipeline file)`,
      )
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

  /** Drops some of the oldest letters. @returns false when none of them is over the limits */
  async #dropOldest({ before, bytes }: Excess): Promise<boolean> {
    const { account, revision } = await this.#dropped()
    const surplus: StoredDeadLetter[] = []
    let free = 0
    for await (const { letter, time, size } of this.#letters()) {
      // Left by somebody who has died after counting it.
      const isCounted = letter.id <= account.through
      if (!isCounted && free >= bytes && time >= before) break
      if (!isCounted) free += size
      surplus.push(letter)
      if (surplus.length >= MAX_AT_ONCE) break
    }
    const last = surplus.at(-1)
    if (!last) return false
    const fresh = surplus.filter(({ id }) => id > account.through)
    const next: DroppedLetters = {
      letters: account.letters + fresh.length,
      bytes: account.bytes + fresh.reduce((sum, letter) => sum + letter.bytes, 0),
      time: Date.now(),
      through: Math.max(account.through, last.id),
    }
    if (fresh.length > 0 && !(await this.#count(next, revision))) return true
    for (const letter of surplus) await this.remove(letter)
    return true
  }

  /** Stores the account, unless somebody else has counted meanwhile. @throws the server's refusal for another reason */
  async #count(account: DroppedLetters, revision: number): Promise<boolean> {
    const head = headers()
    head.set('Nats-Expected-Last-Subject-Sequence', String(revision))
    const options = { headers: head, timeout: REQUEST_TIMEOUT_MS }
    const { seq, error } = pubAckOf(
      (await this.#nc.request(this.#account, JSON.stringify(account), options)).data,
    )
    if (error?.err_code === API_ERROR.wrongLastSequence) return false
    if (error || seq === undefined) throw refused(error)
    await (await this.#manager()).streams.purge(this.#stream, { filter: this.#account, keep: 1 })
    return true
  }

  async #dropped(): Promise<{ account: DroppedLetters; revision: number }> {
    const jsm = await this.#manager()
    try {
      const found = await jsm.streams.getMessage(this.#stream, { last_by_subj: this.#account })
      return { account: found ? droppedOf(found.data) : NONE_DROPPED, revision: found?.seq ?? 0 }
    } catch (error) {
      if (isApiError(error, 'streamNotFound')) return { account: NONE_DROPPED, revision: 0 }
      throw error
    }
  }

  /** Creates the stream if it does not exist. @param limits of a new one */
  async #open(limits: DeadLetterLimits = {}): Promise<StreamInfo> {
    const jsm = await this.#manager()
    const found = await storeInfo(jsm, this.#stream)
    if (found) return found
    const adding = jsm.streams.add({
      name: this.#stream,
      subjects: [`${this.#prefix}.>`],
      storage: StorageType.File,
      retention: RetentionPolicy.Limits,
      allow_direct: true,
      metadata: metadataOf(limits),
    })
    // Another one may have made it meanwhile, with other limits.
    return await adding.catch(async (error: unknown) => {
      const made = await storeInfo(jsm, this.#stream)
      if (made) return made
      throw error
    })
  }

  /** All letters that are kept as a whole, the oldest first. */
  async *#letters(): AsyncGenerator<{ letter: StoredDeadLetter; time: number; size: number }> {
    const sizes = new Map<string, number>()
    for await (const { id, part, length, subject, size, time } of this.#headers()) {
      const { offset, ...letter } = part
      const known = (offset === 0 ? 0 : (sizes.get(subject) ?? 0)) + size
      if (offset + length < letter.bytes) sizes.set(subject, known)
      else if (offset + length === letter.bytes) yield { letter: { ...letter, id }, time, size: known }
    }
  }

  /** Headers of all parts, in one pass. */
  async *#headers(): AsyncGenerator<PartHeader> {
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
      for await (const { seq, subject, headers: head, info: delivery, time } of messages) {
        const part = deadPartOf(head)
        const length = Number(head?.get(SIZE_HEADER))
        const size = length + (head?.get(DEAD_HEADER).length ?? 0) + MESSAGE_BYTES
        if (part && subject === this.#subject(part))
          yield { id: seq, part, length, subject, size, time: time.getTime() }
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

  /** Subject of the account of what was dropped. */
  get #account(): string {
    return `${this.#prefix}.dropped`
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
