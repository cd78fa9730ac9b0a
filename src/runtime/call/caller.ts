import type { Msg, NatsConnection } from '@nats-io/transport-node'
import { decode } from '../codec/index.js'
import { bounded } from '../core/abort.js'
import { deferred } from '../core/deferred.js'
import { parseDuration, type Duration } from '../core/duration.js'
import { DaffiError } from '../core/errors.js'
import type { StreamPorts } from '../stream/index.js'
import type { Context } from './context.js'
import { died } from './died.js'
import { encodeArguments } from './encode-arguments.js'
import { parseEta, untilDue } from './eta.js'
import type { InFlight } from './in-flight.js'
import { liveJob, type Job } from './jobs/job.js'
import type { BGOptions, BroadcastOptions, FGOptions, NoReturnOptions } from './modifiers.js'
import type { Offer, Parts } from './parts.js'
import type { Target } from './pending-call.js'
import type { Peers } from './presence/peers.js'
import type { Registry } from './registry.js'
import { RemoteError, remoteFields } from './remote-error.js'
import type { Replies } from './replies.js'
import { retrying } from './retry.js'
import { decodeReply, HEADER, isNoResponders, requestHeaders, subjects } from './wire.js'
import { Handover } from './yields/handover.js'
import { receiveItems } from './yields/receive-items.js'
import { giveOwn } from './yields/give-own.js'
import { thrownBy } from './yields/yielding.js'

const TIMEOUT = '30s'

interface CallerOptions {
  nc: NatsConnection
  pipeline: string
  node: string
  peers: Peers
  registry: Registry
  replies: Replies
  parts: Parts
  inFlight: InFlight
  /** Aborts when this node leaves. */
  leaving: AbortSignal
  ports: StreamPorts
  context: (from: string | undefined, signal: AbortSignal) => Context
}

interface ForegroundOptions extends Omit<FGOptions, 'retry'> {
  eta?: Duration
  /** Called when nothing is left but to wait for the answer. */
  onSent?: () => void
}

/** Bounds of a callback's run: `etaMs` from now, then `timeoutMs` long. */
interface Bounds {
  timeoutMs: number
  etaMs: number
  signal: AbortSignal | undefined
}

interface Request {
  /** By which it can be cancelled. */
  id?: string
  reply?: string
  etaMs: number
  /** Who wants the items of a callback that yields: the caller's incarnation. */
  items?: string
  /** How many nodes will fetch arguments that are too large for a message; 1 by default. */
  takers?: number
}

/** Sends calls to other nodes, and to this one where design.md says so. */
export class Caller {
  readonly #options: CallerOptions

  constructor(options: CallerOptions) {
    this.#options = options
  }

  async foreground(target: Target, { retry = { attempts: 1 }, ...options }: FGOptions): Promise<unknown> {
    return await retrying(() => this.#once(target, options), retry, options.signal)
  }

  async #once(
    target: Target,
    { timeout = TIMEOUT, eta = 0, signal, onSent }: ForegroundOptions,
  ): Promise<unknown> {
    const etaMs = parseEta(eta)
    const timeoutMs = afterEta(parseDuration(timeout, 'timeout'), etaMs)
    const payload = this.#encode(target)
    const { node, replies, parts, inFlight } = this.#options
    if (target.to === node) {
      onSent?.()
      return await this.#own(target, payload, { timeoutMs, etaMs, signal })
    }

    const what = `"${target.callback}"${target.to === undefined ? '' : ` on ${target.to}`}`
    await inFlight.connected({ timeoutMs, signal, what })
    const answer = deferred<Msg>()
    const { reply, id, end } = replies.expect(answer.resolve)
    const unwatch = inFlight.watch({ ...target, id }, answer.reject)
    let offer: Offer | undefined
    try {
      offer = this.#publish(this.#subject(target), payload, { id, reply, etaMs })
      onSent?.()
      const message = await bounded(answer.promise, { timeoutMs, signal, what }).catch((error: unknown) => {
        this.#cancel(id)
        throw error
      })
      if (isNoResponders(message)) {
        if (target.to === undefined && this.#options.registry.get(target.callback)) {
          return await this.#own(target, payload, { timeoutMs, etaMs, signal })
        }
        throw new DaffiError('DAFFI_NODE_DIED', `${what}: the node that offered it is gone`)
      }
      return decodeReply(message, await parts.open(message, signal))
    } finally {
      unwatch()
      offer?.end()
      end()
    }
  }

  /** A call that is waited for by whoever asks its job. */
  background(target: Target, { timeout = 0, eta = 0 }: BGOptions): Promise<Job> {
    return liveJob(this.#options.leaving, (signal, onSent) =>
      this.#once(target, { timeout, eta, signal, onSent }),
    )
  }

  async noReturn(target: Target, { eta = 0 }: NoReturnOptions): Promise<void> {
    const etaMs = parseEta(eta)
    const payload = this.#encode(target)
    if (this.#isForSelf(target)) {
      this.#ownUnheard(target, payload, etaMs)
      return
    }
    await this.#send(this.#subject(target), payload, { etaMs, takers: 1 })
  }

  async broadcast(
    target: Target,
    { timeout = TIMEOUT, eta = 0, returnResult = true, signal }: BroadcastOptions,
  ): Promise<Record<string, unknown> | undefined> {
    const etaMs = parseEta(eta)
    const timeoutMs = afterEta(parseDuration(timeout, 'timeout'), etaMs)
    if (target.to !== undefined)
      throw new DaffiError('DAFFI_USAGE', 'BROADCAST goes to every node: leave out .to()')
    const payload = this.#encode(target)
    const { node, peers, pipeline, replies, parts, inFlight } = this.#options
    const offering = peers.offering(target.callback).map((peer) => peer.name)
    const others = offering.filter((name) => name !== node).length
    if (!returnResult) {
      if (offering.includes(node)) this.#ownUnheard(target, payload, etaMs)
      await this.#send(subjects.all(pipeline, target.callback), payload, { etaMs, takers: others })
      return
    }
    await inFlight.connected({ timeoutMs, signal, what: `"${target.callback}"` })
    const waiting = new Set(offering)
    const values: Record<string, unknown> = Object.fromEntries([...waiting].map((name) => [name, undefined]))
    const all = deferred()
    const settle = (name: string, value: unknown): void => {
      values[name] = value
      waiting.delete(name)
      if (waiting.size === 0) all.resolve()
    }
    const unwatch = peers.onLeave(({ name }) => {
      if (waiting.has(name)) settle(name, died(name, target.callback))
    })
    const { reply, id, end } = replies.expect((message) => {
      if (isNoResponders(message)) return
      const name = message.headers?.get(HEADER.node) ?? ''
      void parts
        .open(message, signal)
        .then((payload) => decodeReply(message, payload))
        .then(
          (value) => settle(name, value),
          (error: unknown) => settle(name, error),
        )
    })
    // The server's end is theirs too; nobody in particular has the call.
    const unlose = inFlight.watch({ id, callback: target.callback, to: '' }, (error) => {
      for (const name of [...waiting]) if (name !== node) settle(name, error)
    })
    let offer: Offer | undefined
    try {
      offer = this.#publish(subjects.all(pipeline, target.callback), payload, {
        id,
        reply,
        etaMs,
        takers: others,
      })
      if (waiting.has(node)) {
        void this.#own(target, payload, { timeoutMs: 0, etaMs, signal }).then(
          (value) => settle(node, value),
          (error: unknown) => settle(node, new RemoteError(remoteFields(error, node))),
        )
      }
      await bounded(all.promise, { timeoutMs, signal, what: `"${target.callback}"` }).catch(
        (error: unknown) => {
          this.#cancel(id)
          if (!(error instanceof DaffiError && error.code === 'DAFFI_TIMEOUT')) throw error
          for (const name of waiting) values[name] = error
        },
      )
      return values
    } finally {
      unwatch()
      unlose()
      offer?.end()
      end()
    }
  }

  /** What a callback yields, as it comes. Leaving the loop early stops the callback. */
  async *items(target: Target): AsyncGenerator {
    const payload = this.#encode(target)
    await this.#options.inFlight.connected({ what: `"${target.callback}"` })
    const handover = new Handover()
    const end = this.#isForSelf(target)
      ? this.#ownItems(target, payload, handover)
      : this.#remoteItems(target, payload, handover)
    try {
      yield* handover
    } finally {
      handover.close()
      await end()
    }
  }

  #remoteItems(target: Target, payload: Uint8Array, handover: Handover): () => Promise<void> {
    const { nc, ports, replies, inFlight } = this.#options
    return receiveItems({
      nc,
      ports,
      replies,
      inFlight,
      target,
      handover,
      publish: (id, reply) => {
        const items = ports.self.incarnation
        const offer = this.#publish(this.#subject(target), payload, { id, reply, etaMs: 0, items })
        return () => offer?.end()
      },
      cancel: (id) => this.#cancel(id),
    })
  }

  #ownItems({ callback }: Target, payload: Uint8Array, handover: Handover): () => Promise<void> {
    const abort = new AbortController()
    const give = giveOwn(callback, handover, abort.signal)
    const args = decode(payload) as unknown[]
    const running = this.#options.registry.run(callback, args, this.#context(abort.signal), give).then(
      () => handover.end(),
      (error: unknown) => handover.end({ error: thrownBy(error) }),
    )
    return async () => {
      abort.abort()
      await running
    }
  }

  /** Whether this node is named, or is the only one that offers the callback. */
  #isForSelf({ callback, to }: Target): boolean {
    const { node, peers } = this.#options
    return to === undefined ? !peers.offering(callback).some((peer) => peer.name !== node) : to === node
  }

  /** The arguments of a call that must go in one message. @throws DaffiError DAFFI_TOO_LARGE, and those of any call */
  prepare(target: Target): Uint8Array {
    const payload = this.#encode(target)
    const most = this.#options.nc.info?.max_payload ?? Infinity
    if (payload.length <= most) return payload
    throw new DaffiError(
      'DAFFI_TOO_LARGE',
      `the arguments of "${target.callback}" have ${payload.length} bytes; a message of this server has at most ${most}`,
    )
  }

  #encode(target: Target): Uint8Array {
    return encodeArguments(target, this.#options.peers)
  }

  /** Runs a callback of this node, with copies of the arguments like any other call. */
  async #own(target: Target, payload: Uint8Array, { timeoutMs, etaMs, signal }: Bounds): Promise<unknown> {
    const { registry, leaving } = this.#options
    const abort = new AbortController()
    const args = decode(payload) as unknown[]
    const running = untilDue(etaMs, [abort.signal, leaving]).then(() =>
      registry.run(target.callback, args, this.#context(abort.signal)),
    )
    try {
      return await bounded(running, { timeoutMs, signal, what: `"${target.callback}"` })
    } catch (error) {
      abort.abort(error)
      throw error
    }
  }

  /** For a call whose result nobody waits for. */
  #ownUnheard(target: Target, payload: Uint8Array, etaMs: number): void {
    void this.#own(target, payload, { timeoutMs: 0, etaMs, signal: undefined }).catch((error: unknown) => {
      this.#context().log.error(`"${target.callback}" failed: ${String(error)}`)
    })
  }

  #context(signal = new AbortController().signal): Context {
    return this.#options.context(this.#options.node, signal)
  }

  #subject({ callback, to }: Target): string {
    const { pipeline } = this.#options
    return to === undefined ? subjects.call(pipeline, callback) : subjects.nodeCall(pipeline, to, callback)
  }

  #publish(subject: string, arguments_: Uint8Array, request: Request): Offer | undefined {
    const { nc, node, parts } = this.#options
    const headers = requestHeaders(request.id ?? '', node, request.etaMs)
    if (request.items !== undefined) headers.set(HEADER.items, request.items)
    const { payload, offer } = parts.enclose(arguments_, headers, request.takers)
    nc.publish(subject, payload, {
      headers,
      ...(request.reply === undefined ? {} : { reply: request.reply }),
    })
    return offer
  }

  /** For a call that is not answered: resolves when the server has it, or whoever is called what is too large for it. */
  async #send(subject: string, payload: Uint8Array, request: Request): Promise<void> {
    await this.#options.inFlight.connected({ what: 'sending a call' })
    const offer = this.#publish(subject, payload, request)
    await this.#options.nc.flush()
    await offer?.taken
    offer?.end()
  }

  #cancel(id: string): void {
    const { nc, pipeline, inFlight } = this.#options
    void inFlight.connected({ what: 'cancelling' }).then(() => {
      if (!nc.isClosed()) nc.publish(subjects.cancel(pipeline), id)
    })
  }
}

/** A timeout counts from when the callback is due. */
function afterEta(timeoutMs: number, etaMs: number): number {
  return timeoutMs === 0 ? 0 : timeoutMs + etaMs
}
