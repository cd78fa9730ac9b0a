import { setTimeout as delay } from 'node:timers/promises'
import { jetstream, type JetStreamClient, type JetStreamManager } from '@nats-io/jetstream'
import type { NatsConnection } from '@nats-io/transport-node'
import pMap from 'p-map'
import { MIB } from '../../../core/bytes.js'
import { DaffiError } from '../../../core/errors.js'
import { isText, isWithin, mapOf } from '../../../core/message/forms.js'
import { payloadLimit } from '../../../nats/index.js'
import { notStored } from '../../wire/not-stored.js'
import { MAX_VALUE_BYTES } from '../../wire/payload-transfer.js'

const PART_BYTES = MIB
/** Parts of one value: those of the largest one, on a server with small messages. */
const MAX_PARTS = 2 ** 19
const CONCURRENCY = 4
const RETRY_DELAY_MS = 500

/** Reference to the parts of a value: they lie on `<subject>.0` and so on, all but the last of `partBytes`. */
export interface PartsRef {
  subject: string
  bytes: number
  partBytes: number
}

/** Whether the value is a reference to parts. */
export function isPartsRef(value: unknown): value is PartsRef {
  return isRef(value) && value.bytes / value.partBytes <= MAX_PARTS
}

const isRef = mapOf<PartsRef>({
  subject: isText,
  bytes: isWithin(0, MAX_VALUE_BYTES),
  partBytes: isWithin(1, PART_BYTES),
})

/**
 * Values of a JetStream stream that are too large for one message. Their parts lie in the same stream as the message
 * that refers to them, so they last as long, even if all nodes die meanwhile.
 */
export class StoredParts {
  readonly #nc: NatsConnection
  readonly #js: JetStreamClient
  readonly #jsm: JetStreamManager
  readonly #stream: string

  constructor(nc: NatsConnection, jsm: JetStreamManager, stream: string) {
    this.#nc = nc
    this.#js = jetstream(nc)
    this.#jsm = jsm
    this.#stream = stream
  }

  /**
   * Chooses where the parts of a value will lie; undefined for a value that fits into a message.
   * @throws DaffiError DAFFI_TOO_LARGE
   */
  plan(payload: Uint8Array, subject: string, what: string): PartsRef | undefined {
    const bytes = payload.length
    if (bytes <= payloadLimit(this.#nc)) return undefined
    if (bytes <= MAX_VALUE_BYTES) return this.place(payload, subject)
    throw new DaffiError(
      'DAFFI_TOO_LARGE',
      `${what} has ${bytes} bytes; a durable job keeps at most ${MAX_VALUE_BYTES}`,
    )
  }

  /** Chooses where the parts of a value will lie that is not in a message, whatever its size. */
  place({ length: bytes }: Uint8Array, subject: string): PartsRef {
    return { subject, bytes, partBytes: Math.min(PART_BYTES, payloadLimit(this.#nc)) }
  }

  /** Resolves when the server has all parts on file. @throws DaffiError DAFFI_NOT_STORED; then it keeps none of them */
  async put({ subject, partBytes }: PartsRef, payload: Uint8Array): Promise<void> {
    const store = async (index: number): Promise<void> => {
      const part = payload.subarray(index * partBytes, (index + 1) * partBytes)
      await this.#untilAnswered(() => this.#js.publish(`${subject}.${index}`, part))
    }
    try {
      await pMap(indexesOf(payload.length, partBytes), store, { concurrency: CONCURRENCY })
    } catch (error) {
      // Unused parts would keep a full store full.
      await this.remove(subject).catch(() => undefined)
      throw error
    }
  }

  async isComplete({ subject, bytes, partBytes }: PartsRef): Promise<boolean> {
    const { state } = await this.#jsm.streams.info(this.#stream, { subjects_filter: `${subject}.*` })
    return Object.keys(state.subjects ?? {}).length === indexesOf(bytes, partBytes).length
  }

  /**
   * Loads a value; undefined when not all of its parts are there.
   * @throws DaffiError DAFFI_BAD_MESSAGE when a part has another length than the reference says
   */
  async load({ subject, bytes, partBytes }: PartsRef): Promise<Uint8Array | undefined> {
    // eslint-disable-next-line no-restricted-syntax -- filled: each part has its length, or all fail
    const whole = Buffer.allocUnsafeSlow(bytes)
    const load = async (index: number): Promise<boolean> => {
      const query = { last_by_subj: `${subject}.${index}` }
      const part = await this.#untilAnswered(() => this.#jsm.direct.getMessage(this.#stream, query))
      if (!part) return false
      const at = index * partBytes
      if (part.data.length !== Math.min(partBytes, bytes - at)) throw badPart(subject)
      whole.set(part.data, at)
      return true
    }
    const loaded = await pMap(indexesOf(bytes, partBytes), load, { concurrency: CONCURRENCY })
    return loaded.every(Boolean) ? whole : undefined
  }

  /** Deletes all messages on subjects beneath this one. */
  async remove(subject: string): Promise<void> {
    await this.#jsm.streams.purge(this.#stream, { filter: `${subject}.>` })
  }

  /** Asks until there is an answer, so that a server which is being restarted is waited for. */
  async #untilAnswered<T>(ask: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await ask()
      } catch (error) {
        const reason = notStored(error)
        if (reason instanceof DaffiError || this.#nc.isClosed()) throw reason
        await delay(RETRY_DELAY_MS)
      }
    }
  }
}

function badPart(subject: string): DaffiError {
  return new DaffiError('DAFFI_BAD_MESSAGE', `a part on ${subject} has another length than it should`)
}

function indexesOf(bytes: number, partBytes: number): number[] {
  return Array.from({ length: Math.ceil(bytes / partBytes) }, (_, index) => index)
}
