import { Kvm, type KV } from '@nats-io/kv'
import { KIB } from '../../core/bytes.js'
import { DaffiError } from '../../core/errors.js'
import { isApiError, payloadLimit } from '../../nats/index.js'
import { askServer, StoreTrouble, type NatsLink, type StreamPorts } from '../../stream/index.js'
import { decodeState, MAX_STATE_BYTES, type StateRecord } from './state-record.js'

/** Bytes of a record besides those that its values count for. */
const RECORD_BYTES = KIB

/** Record of a state, and its revision; 0 for none. */
export interface StoredState {
  record: StateRecord
  revision: number
}

const NONE: StateRecord = { values: new Map(), items: new Map() }

/** Name of the key-value bucket of a pipeline's states. */
export const bucketName = (pipeline: string): string => `daffi_${pipeline}_state`

/** The key-value bucket in which a pipeline keeps the states of its callbacks. It is made when there is one to keep. */
export class StateBucket {
  readonly #ports: StreamPorts
  readonly #name: string
  readonly #trouble: StoreTrouble
  #opening: Promise<{ link: NatsLink; bucket: KV }> | undefined

  constructor(ports: StreamPorts) {
    this.#ports = ports
    this.#name = bucketName(ports.pipeline)
    this.#trouble = new StoreTrouble(ports.log, this.#stream)
  }

  /** Bytes of a state that the server can keep. */
  async maxBytes(): Promise<number> {
    const { link } = await this.#open()
    return Math.min(MAX_STATE_BYTES, payloadLimit(link.nc) - RECORD_BYTES)
  }

  /** Reads a state. What makes no sense is told, and replaced as if there were none. */
  async read(key: string): Promise<StoredState> {
    const { link, bucket } = await this.#open()
    const entry = await askServer(() => bucket.get(key), { link, ...this.#asking })
    if (!entry) return { record: NONE, revision: 0 }
    const record = entry.operation === 'PUT' ? decodeState(entry.value) : NONE
    if (!record) this.#ports.log.warn(`what ${this.#name} keeps as ${key} is no state: it begins anew`)
    return { record: record ?? NONE, revision: entry.revision }
  }

  /**
   * Saves a state in the place of the one with that revision. Resolves with its own revision when the server has it on file.
   * @throws DaffiError DAFFI_STATE_TAKEN when another process has saved it since
   */
  async write(key: string, bytes: Uint8Array, revision: number): Promise<number> {
    const { link, bucket } = await this.#open()
    try {
      const put = (): Promise<number> => bucket.put(key, bytes, { previousSeq: revision })
      return await askServer(put, { link, ...this.#asking })
    } catch (error) {
      if (!isApiError(error, 'wrongLastSequence')) throw error
    }
    // It is stored when only the server's answer was lost.
    const entry = await askServer(() => bucket.get(key), { link, ...this.#asking })
    if (entry && entry.operation === 'PUT' && Buffer.compare(entry.value, bytes) === 0) return entry.revision
    throw new DaffiError('DAFFI_STATE_TAKEN', `another process has saved the state ${key} since it was read`)
  }

  get #stream(): string {
    return `KV_${this.#name}`
  }

  get #asking(): { stream: string; trouble: StoreTrouble } {
    return { stream: this.#stream, trouble: this.#trouble }
  }

  #open(): Promise<{ link: NatsLink; bucket: KV }> {
    return (this.#opening ??= this.#make().catch((error: unknown) => {
      this.#opening = undefined
      throw error
    }))
  }

  async #make(): Promise<{ link: NatsLink; bucket: KV }> {
    const { bulk: link } = await this.#ports.connections()
    // Read from the stream's leader only: a replica may not know of the latest one yet.
    const options = { storage: 'file', history: 1, allow_direct: false } as const
    const make = (): Promise<KV> => new Kvm(link.nc).create(this.#name, options)
    return { link, bucket: await askServer(make, { link, ...this.#asking }) }
  }
}
