import { jetstreamManager } from '@nats-io/jetstream'
import { Kvm, type KV, type KvEntry } from '@nats-io/kv'
import { TimeoutError, type NatsConnection } from '@nats-io/transport-node'
import { DaffiError } from '../../core/errors.js'
import { isApiError, isNoResponders, payloadLimit } from '../../nats/index.js'
import { sleep } from '../../core/timer.js'
import { isRunning } from '../../core/process/process-identity.js'
import { isToken } from '../../core/names.js'
import { parseJson } from '../../core/message/parse-json.js'
import { pagesOf, parseRecord, pingSubject, type PeerRecord } from './peer-record.js'

/** Pings after which a holder that did not answer stands still: one is lost with a connection of which the server does not know yet that it has broken. */
const PINGS = 2
/** Time in which a process of this host that lives connects again, and that between two looks. */
const RECONNECT_MS = 1000
const LOOK_MS = 100

/**
 * The bucket in which the nodes of a pipeline claim their names. It lies in the server's memory: claims are worth
 * nothing after the server has ended.
 */
export class NameRegistry {
  readonly #nc: NatsConnection
  readonly #pipeline: string

  constructor(nc: NatsConnection, pipeline: string) {
    this.#nc = nc
    this.#pipeline = pipeline
  }

  /**
   * Claims `record.name`, or renews the record of this node's own claim. A name whose holder does not answer is taken
   * over.
   * @param timeoutMs time within which a holder that lives answers
   * @throws DaffiError DAFFI_DUPLICATE_NAME, naming the holder's host and pid
   */
  async claim(record: PeerRecord, timeoutMs: number): Promise<void> {
    const [claim = ''] = pagesOf(record, payloadLimit(this.#nc))
    for (;;) {
      const bucket = await this.#open()
      try {
        await bucket.create(record.name, claim)
        return
      } catch (error) {
        // The last node to leave may delete the bucket between our opening and our claim.
        if (isApiError(error, 'streamNotFound') || isNoResponders(error)) continue
        if (!isApiError(error, 'wrongLastSequence')) throw error
      }
      const entry = await bucket.get(record.name)
      if (entry === null || entry.operation !== 'PUT') continue
      const holder = parseRecord(parseJson(entry.value))
      const isOwn = holder?.incarnation === record.incarnation
      if (isOwn && entry.string() === claim) return
      if (holder && !isOwn && (await this.#isAlive(holder, timeoutMs)))
        throw duplicateName(this.#pipeline, holder)
      try {
        // Compared with the revision just read, so that of two processes that take over only one succeeds.
        await bucket.update(record.name, claim, entry.revision)
        return
      } catch (error) {
        if (!isApiError(error, 'wrongLastSequence')) throw error
      }
    }
  }

  /**
   * Records of all nodes that hold a name. Read key by key, since a watcher would wait for ever on a deleted bucket.
   */
  async list(): Promise<PeerRecord[]> {
    const bucket = await this.#open()
    const names = Object.keys(await this.#subjects())
      .map((subject) => subject.slice(this.#subject('').length))
      // A key that is no name is nobody's claim, and may be one that cannot even be read.
      .filter(isToken)
    const entries = await Promise.all(names.map((name) => bucket.get(name)))
    return entries.map(holderOf).filter((holder) => holder !== undefined)
  }

  /**
   * Gives a name back, if that incarnation holds it.
   * @returns whether it was the last name, so that the bucket was deleted
   */
  async release({ name, incarnation }: Pick<PeerRecord, 'name' | 'incarnation'>): Promise<boolean> {
    const entry = await this.#entry(name)
    if (!entry || holderOf(entry)?.incarnation !== incarnation) return false
    const { streams } = await jetstreamManager(this.#nc, { checkAPI: false })
    // Up to the revision just read, so that a claim made since then stays.
    await streams.purge(this.#stream, { filter: this.#subject(name), seq: entry.revision + 1 })
    if (Object.keys(await this.#subjects()).length > 0) return false
    return await streams.delete(this.#stream)
  }

  /** The incarnation that holds a name; undefined when none does. */
  async holder(name: string): Promise<string | undefined> {
    return holderOf(await this.#entry(name))?.incarnation
  }

  /**
   * Whether a node that is silent has gone: its claim has been given back or taken over, and no connection answers for it.
   */
  async hasGone(record: PeerRecord, timeoutMs: number): Promise<boolean> {
    if ((await this.holder(record.name)) === record.incarnation) return false
    return (await this.ping(record, timeoutMs)) === 'unreachable'
  }

  /**
   * Asks an incarnation for its record. `unreachable`: it has no connection. `silent`: it has one, and does not answer.
   */
  async ping(
    peer: Pick<PeerRecord, 'name' | 'incarnation'>,
    timeoutMs: number,
  ): Promise<PeerRecord | 'unreachable' | 'silent'> {
    try {
      const pages: PeerRecord[] = []
      do {
        const page = await this.#page(peer, pages.length, timeoutMs)
        if (page?.incarnation !== peer.incarnation) return 'unreachable'
        pages.push(page)
      } while (pages.length < (pages[0]?.pages ?? 1))
      return joined(pages)
    } catch (error) {
      if (isNoResponders(error)) return 'unreachable'
      if (error instanceof TimeoutError) return 'silent'
      throw error
    }
  }

  /**
   * Whether a connection answers for an incarnation, or stands still.
   * @param timeoutMs time within which one that lives answers each ping
   */
  async isReachable(peer: Pick<PeerRecord, 'name' | 'incarnation'>, timeoutMs: number): Promise<boolean> {
    for (let silent = 0; silent < PINGS; silent++) {
      const answer = await this.ping(peer, timeoutMs)
      if (answer !== 'silent') return answer !== 'unreachable'
    }
    return true
  }

  async #page(
    peer: Pick<PeerRecord, 'name' | 'incarnation'>,
    page: number,
    timeout: number,
  ): Promise<PeerRecord | undefined> {
    const question = page === 0 ? '' : String(page)
    const { data } = await this.#nc.request(pingSubject(this.#pipeline, peer), question, { timeout })
    return parseRecord(parseJson(data))
  }

  async #entry(name: string): Promise<KvEntry | null> {
    try {
      const bucket = await new Kvm(this.#nc).open(this.#bucket)
      return await bucket.get(name)
    } catch (error) {
      if (isApiError(error, 'streamNotFound')) return null
      throw error
    }
  }

  /** The subjects of all claims, with the number of messages on each. */
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

  /** Whether a holder answers. One that stands still loses its name to a process that wants it, and learns it later. */
  async #isAlive(holder: PeerRecord, timeoutMs: number): Promise<boolean> {
    const until = performance.now() + Math.min(RECONNECT_MS, timeoutMs)
    for (let silent = 0; silent < PINGS;) {
      const running = isRunning(holder)
      if (running === false) return false
      const answer = await this.ping(holder, timeoutMs / PINGS)
      if (answer === 'silent') silent++
      else if (answer !== 'unreachable') return true
      // A process of this host that lives may be between two connections, such as after a restart of the server.
      else if (running === undefined || performance.now() > until) return false
      else await sleep(LOOK_MS)
    }
    return false
  }
}

function holderOf(entry: KvEntry | null): PeerRecord | undefined {
  const record = entry?.operation === 'PUT' ? parseRecord(parseJson(entry.value)) : undefined
  return record?.name === entry?.key ? record : undefined
}

/** One record of its pages, each of which has some of the callbacks. */
function joined([first, ...others]: PeerRecord[]): PeerRecord | 'unreachable' {
  if (!first) return 'unreachable'
  const { pages: _, ...record } = first
  const callbacks = others.reduce((all, page) => ({ ...all, ...page.callbacks }), first.callbacks)
  return { ...record, callbacks }
}

function duplicateName(pipeline: string, { name, host, pid }: PeerRecord): DaffiError {
  return new DaffiError(
    'DAFFI_DUPLICATE_NAME',
    `the name "${name}" is taken in pipeline "${pipeline}" by process ${pid} on host ${host}`,
    { details: { name, host, pid } },
  )
}
