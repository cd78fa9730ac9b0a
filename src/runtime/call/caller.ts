import type { Msg, NatsConnection } from '@nats-io/transport-node'
import { decode, encode, valuesPayload } from '../codec/index.js'
import { bounded } from '../core/abort.js'
import { deferred } from '../core/deferred.js'
import { parseDuration, type Duration } from '../core/duration.js'
import { DaffiError } from '../core/errors.js'
import { assertToken } from '../core/names.js'
import { nearest } from '../core/nearest.js'
import type { StreamPorts } from '../stream/index.js'
import type { Context } from './context.js'
import { died } from './died.js'
import { parseEta, untilDue } from './eta.js'
import { liveJob, type Job } from './jobs/job.js'
import type { BGOptions, BroadcastOptions, FGOptions, NoReturnOptions } from './modifiers.js'
import type { Target } from './pending-call.js'
import type { Peers } from './presence/peers.js'
import { checkArity, listed, type Registry } from './registry.js'
import { RemoteError, remoteFields } from './remote-error.js'
import type { Replies } from './replies.js'
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
  /** Aborts when this node leaves. */
  leaving: AbortSignal
  ports: StreamPorts
  context: (from: string | undefined, signal: AbortSignal) => Context
}

interface ForegroundOptions extends FGOptions {
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

/** Sends calls to other nodes, and to this one where design.md says so. */
export class Caller {
  readonly #options: CallerOptions

  constructor(options: CallerOptions) {
    this.#options = options
  }

  async foreground(
    target: Target,
    { timeout = TIMEOUT, eta = 0, signal, onSent }: ForegroundOptions,
  ): Promise<unknown> {
    const etaMs = parseEta(eta)
    const timeoutMs = afterEta(parseDuration(timeout, 'timeout'), etaMs)
    const payload = this.prepare(target)
    const { node, replies } = this.#options
    if (target.to === node) {
      onSent?.()
      return await this.#own(target, payload, { timeoutMs, etaMs, signal })
    }

    const answer = deferred<Msg>()
    const { reply, id, end } = replies.expect(answer.resolve)
    const what = `"${target.callback}"${target.to === undefined ? '' : ` on ${target.to}`}`
    const gone = this.#watch(target, (error) => answer.reject(error))
    try {
      this.#publish(this.#subject(target), payload, { id, reply, etaMs })
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
      return decodeReply(message)
    } finally {
      gone()
      end()
    }
  }

  /** A call that is waited for by whoever asks its job. */
  background(target: Target, { timeout = 0, eta = 0 }: BGOptions): Promise<Job> {
    return liveJob(this.#options.leaving, (signal, onSent) =>
      this.foreground(target, { timeout, eta, signal, onSent }),
    )
  }

  async noReturn(target: Target, { eta = 0 }: NoReturnOptions): Promise<void> {
    const etaMs = parseEta(eta)
    const payload = this.prepare(target)
    const { nc, node } = this.#options
    if (this.#isForSelf(target)) {
      this.#ownUnheard(target, payload, etaMs)
      return
    }
    nc.publish(this.#subject(target), payload, { headers: requestHeaders('', node, etaMs) })
    await nc.flush()
  }

  async broadcast(
    target: Target,
    { timeout = TIMEOUT, eta = 0, returnResult = true, signal }: BroadcastOptions,
  ): Promise<Record<string, unknown> | undefined> {
    const etaMs = parseEta(eta)
    const timeoutMs = afterEta(parseDuration(timeout, 'timeout'), etaMs)
    if (target.to !== undefined)
      throw new DaffiError('DAFFI_USAGE', 'BROADCAST goes to every node: leave out .to()')
    const payload = this.prepare(target)
    const { nc, node, peers, pipeline, replies } = this.#options
    if (!returnResult) {
      if (peers.offering(target.callback).some(({ name }) => name === node))
        this.#ownUnheard(target, payload, etaMs)
      nc.publish(subjects.all(pipeline, target.callback), payload, {
        headers: requestHeaders('', node, etaMs),
      })
      await nc.flush()
      return
    }
    const waiting = new Set(peers.offering(target.callback).map((peer) => peer.name))
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
      if (!isNoResponders(message)) settle(message.headers?.get(HEADER.node) ?? '', valueOrError(message))
    })
    try {
      this.#publish(subjects.all(pipeline, target.callback), payload, { id, reply, etaMs })
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
      end()
    }
  }

  /** What a callback yields, as it comes. Leaving the loop early stops the callback. */
  async *items(target: Target): AsyncGenerator {
    const payload = this.prepare(target)
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
    const { nc, node, ports, replies } = this.#options
    return receiveItems({
      nc,
      ports,
      replies,
      callback: target.callback,
      handover,
      publish: (id, reply) => {
        const headers = requestHeaders(id, node, 0)
        headers.set(HEADER.items, ports.self.incarnation)
        nc.publish(this.#subject(target), payload, { reply, headers })
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

  /** Refuses what is known to be wrong before anything is sent, and encodes the rest. */
  prepare({ callback, args, to }: Target): Uint8Array {
    const { nc, peers } = this.#options
    assertToken('callback', callback)
    const offering = peers.offering(callback)
    if (to !== undefined && !peers.get(to)) throw unknownNode(to, peers)
    const meant = to === undefined ? offering : offering.filter((peer) => peer.name === to)
    if (meant.length === 0) throw unknownCallback(callback, to, peers)
    for (const { arity } of meant) checkArity(callback, arity, args.length)
    const parts = args.map((arg, index) => encode(arg, `argument ${index + 1} of "${callback}"`))
    const payload = valuesPayload(
      parts,
      parts.reduce((sum, part) => sum + part.length, 0),
    )
    const most = nc.info?.max_payload ?? Infinity
    if (payload.length > most) {
      throw new DaffiError(
        'DAFFI_TOO_LARGE',
        `the arguments of "${callback}" have ${payload.length} bytes; a message of this server has at most ${most}`,
      )
    }
    return payload
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

  #publish(
    subject: string,
    payload: Uint8Array,
    { id, reply, etaMs }: { id: string; reply: string; etaMs: number },
  ): void {
    const { nc, node } = this.#options
    nc.publish(subject, payload, { reply, headers: requestHeaders(id, node, etaMs) })
  }

  #cancel(id: string): void {
    const { nc, pipeline } = this.#options
    if (!nc.isClosed()) nc.publish(subjects.cancel(pipeline), id)
  }

  /** A call to a named node need not wait for its timeout when that node dies. */
  #watch({ callback, to }: Target, onGone: (error: DaffiError) => void): () => void {
    return this.#options.peers.onLeave(({ name }) => {
      if (name === to) onGone(died(name, callback))
    })
  }
}

/** A timeout counts from when the callback is due. */
function afterEta(timeoutMs: number, etaMs: number): number {
  return timeoutMs === 0 ? 0 : timeoutMs + etaMs
}

function valueOrError(message: Msg): unknown {
  try {
    return decodeReply(message)
  } catch (error) {
    return error
  }
}

function unknownNode(node: string, peers: Peers): DaffiError {
  const names = peers.all().map((peer) => peer.name)
  const meant = nearest(node, names)
  return new DaffiError(
    'DAFFI_UNKNOWN_NODE',
    `no node "${node}" is there; there are ${listed(names)}${meant ? `. Did you mean "${meant}"?` : ''}`,
  )
}

function unknownCallback(callback: string, node: string | undefined, peers: Peers): DaffiError {
  const offers = peers.all().filter((peer) => node === undefined || peer.name === node)
  const names = [...new Set(offers.flatMap((peer) => Object.keys(peer.callbacks)))]
  const meant = nearest(callback, names)
  const who = node === undefined ? 'nobody offers' : `node "${node}" does not offer`
  return new DaffiError(
    'DAFFI_UNKNOWN_CALLBACK',
    `${who} "${callback}"; there is ${listed(names)}${meant ? `. Did you mean "${meant}"?` : ''}`,
  )
}
