import { jetstreamManager } from '@nats-io/jetstream'
import { Kvm, type KV, type KvEntry } from '@nats-io/kv'
import { NoRespondersError, RequestError, TimeoutError, type NatsConnection } from '@nats-io/transport-node'
import { DaffiError } from '../../core/errors.js'
import { isApiError, STREAM_NOT_FOUND, WRONG_LAST_SEQUENCE } from '../wire/not-stored.js'
import { GONE_MS, parseRecord, pingSubject, type PeerRecord } from './peer-record.js'

/** The bucket in which the nodes of a pipeline claim their names. It lives in memory: claims are worth nothing after the server. */
export class Names {
  readonly #nc: NatsConnection
  readonly #pipeline: string

  constructor(nc: NatsConnection, pipeline: string) {
    this.#nc = nc
    this.#pipeline = pipeline
  }

  /**
   * Claims `record.name`, or renews what the own claim says; a name whose holder doesn't answer any more is taken over.
   * @throws DaffiError DAFFI_DUPLICATE_NAME, naming the holder's host and pid
   */
  async claim(record: PeerRecord): Promise<void> {
    for (;;) {
      const bucket = await this.#open()
      try {
        await bucket.create(record.name, JSON.stringify(record))
        return
      } catch (error) {
        // The last one to leave may take the bucket away between our opening and our claim.
        if (isApiError(error, STREAM_NOT_FOUND) || error instanceof NoRespondersError) continue
        if (!isApiError(error, WRONG_LAST_SEQUENCE)) throw error
      }
      const entry = await bucket.get(record.name)
      if (entry === null || entry.operation !== 'PUT') continue
      const holder = parseRecord(entry.json())
      const mine = holder?.incarnation === record.incarnation
      if (mine && entry.string() === JSON.stringify(record)) return
      if (holder && !mine && (await this.#isAlive(holder))) throw duplicateName(this.#pipeline, holder)
      try {
        // Compared with the revision just read, so that of two who take over only one succeeds.
        await bucket.update(record.name, JSON.stringify(record), entry.revision)
        return
      } catch (error) {
        if (!isApiError(error, WRONG_LAST_SEQUENCE)) throw error
      }
    }
  }

  /** Everyone who holds a name now. Asked key by key: a watcher would wait for ever on a bucket that is taken away. */
  async list(): Promise<PeerRecord[]> {
    const bucket = await this.#open()
    const names = Object.keys(await this.#subjects()).map((subject) =>
      subject.slice(this.#subject('').length),
    )
    const entries = await Promise.all(names.map((name) => bucket.get(name)))
    return entries.map(holderOf).filter((holder) => holder !== undefined)
  }

  /** Gives the name back, if `mine` says of its holder that it may. True when it was the last one and the bucket is gone. */
  async release(name: string, mine: (holder: PeerRecord) => boolean): Promise<boolean> {
    const bucket = await new Kvm(this.#nc).open(this.#bucket)
    const entry = await bucket.get(name).catch((error: unknown) => {
      if (isApiError(error, STREAM_NOT_FOUND)) return null
      throw error
    })
    const holder = holderOf(entry)
    if (!entry || !holder || !mine(holder)) return false
    const { streams } = await jetstreamManager(this.#nc, { checkAPI: false })
    // Up to the revision just read, so that a claim made since then stays.
    await streams.purge(this.#stream, { filter: this.#subject(name), seq: entry.revision + 1 })
    if (Object.keys(await this.#subjects()).length > 0) return false
    return await streams.delete(this.#stream)
  }

  /** The subjects of all claims. */
  async #subjects(): Promise<Record<string, number>> {
    const { streams } = await jetstreamManager(this.#nc, { checkAPI: false })
    const { state } = await streams.info(this.#stream, { subjects_filter: this.#subject('>') })
    return state.subjects ?? {}
  }

  #subject(name: string): string {
    return `$KV.${this.#bucket}.${name}`
  }

  get #stream(): string {
    return `KV_${this.#bucket}`
  }

  #open(): Promise<KV> {
    return new Kvm(this.#nc).create(this.#bucket, { storage: 'memory', history: 1 })
  }

  get #bucket(): string {
    return `daffi_${this.#pipeline}_names`
  }

  async #isAlive(holder: PeerRecord): Promise<boolean> {
    try {
      await this.#nc.request(pingSubject(this.#pipeline, holder), '', { timeout: GONE_MS })
      return true
    } catch (error) {
      // Nobody listens: its connection is gone. No answer for three beats: it is stopped or hangs.
      if (error instanceof NoRespondersError || error instanceof TimeoutError) return false
      if (error instanceof RequestError && error.isNoResponders()) return false
      throw error
    }
  }
}

function holderOf(entry: KvEntry | null): PeerRecord | undefined {
  return entry?.operation === 'PUT' ? parseRecord(entry.json()) : undefined
}

function duplicateName(pipeline: string, { name, host, pid }: PeerRecord): DaffiError {
  return new DaffiError(
    'DAFFI_DUPLICATE_NAME',
    `the name "${name}" is taken in pipeline "${pipeline}" by process ${pid} on host ${host}`,
    { details: { name, host, pid } },
  )
}
