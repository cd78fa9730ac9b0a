import type { Msg, NatsConnection, Subscription } from '@nats-io/transport-node'
import { encode } from '../../codec/index.js'
import { bounded } from '../../core/timeout.js'
import { Wakeup } from '../../core/deferred.js'
import { DaffiError } from '../../core/errors.js'
import type { Logger } from '../../core/logger.js'
import { payloadLimit } from '../../nats/index.js'
import { writeYields, type StreamPorts, type YieldTarget } from '../../stream/index.js'
import type { MakeInvocation } from '../api/context.js'
import { remoteFields } from '../api/remote-error.js'
import type { Registry } from '../invoke/registry.js'
import { isYielding, notYielding, thrownBy } from '../invoke/yielding.js'
import { untilDue } from '../wire/delay.js'
import { decodeArguments, encodeReply, isJson } from '../wire/encoding.js'
import { errorHeaders, HEADER, itemsHeaders, replyHeaders } from '../wire/headers.js'
import type { PayloadTransfer, PayloadTransfers } from '../wire/payload-transfer.js'
import { QUEUE, subjects } from '../wire/subjects.js'
import type { CallTiming } from '../wire/timing.js'

/** Time within which calls that the server has already sent arrive. */
const DRAIN_MS = 2000

interface ResponderOptions {
  nc: NatsConnection
  pipeline: string
  node: string
  registry: Registry
  log: Logger
  timing: CallTiming
  /** Aborts when this node leaves: a call that is not due yet will not be run. */
  leaving: AbortSignal
  ports: StreamPorts
  payloads: PayloadTransfers
  makeInvocation: MakeInvocation
}

/** Answers the calls that reach this node. */
export class Responder {
  readonly #options: ResponderOptions
  readonly #subscriptions: Subscription[]
  readonly #running = new Map<string, AbortController>()
  readonly #finished = new Wakeup()
  #answering = 0

  constructor(options: ResponderOptions) {
    this.#options = options
    const { nc, pipeline, node, registry } = options
    const answer = { callback: (error: Error | null, message: Msg): void => this.#onMessage(error, message) }
    this.#subscriptions = [
      ...registry.names.flatMap((name) => [
        nc.subscribe(subjects.call(pipeline, name), { queue: QUEUE, ...answer }),
        nc.subscribe(subjects.all(pipeline, name), answer),
      ]),
      nc.subscribe(subjects.nodeCall(pipeline, node, '*'), answer),
      nc.subscribe(subjects.running(pipeline, node), {
        callback: (error, message) => {
          if (error === null) message.respond(JSON.stringify(this.#running.has(message.string())))
        },
      }),
      nc.subscribe(subjects.cancel(pipeline), {
        callback: (error, message) => {
          if (error === null) this.#running.get(message.string())?.abort(cancelledByCaller())
        },
      }),
    ]
  }

  /** Accepts no more calls, and resolves when the running ones are answered, or have been given up after a while. */
  async drain(): Promise<void> {
    const wait = (promise: Promise<unknown>, timeoutMs: number): Promise<unknown> =>
      bounded(promise, { timeoutMs, what: 'draining' }).catch(() => undefined)
    // Calls that the server has sent already are still accepted. The server may also be gone.
    await wait(Promise.all(this.#subscriptions.map((subscription) => subscription.drain())), DRAIN_MS)
    await wait(this.#idle(), this.#options.timing.shutdownMs)
    const leaves = new DaffiError('DAFFI_CLOSED', `"${this.#options.node}" leaves the pipeline`)
    for (const controller of this.#running.values()) controller.abort(leaves)
  }

  #onMessage(error: Error | null, message: Msg): void {
    if (error !== null) return
    this.#answering++
    void this.#answer(message)
  }

  async #idle(): Promise<void> {
    while (this.#answering > 0) await this.#finished.wait()
  }

  async #answer(message: Msg): Promise<void> {
    const { node, registry, log, makeInvocation, leaving, payloads } = this.#options
    const name = message.subject.slice(message.subject.lastIndexOf('.') + 1)
    const id = message.headers?.get(HEADER.call)
    const from = message.headers?.get(HEADER.from)
    const abort = new AbortController()
    if (id) this.#running.set(id, abort)
    const incarnation = message.headers?.get(HEADER.items)
    let json = isJson(message.data)
    try {
      const payload = await payloads.payloadOf(message, abort)
      json = isJson(payload)
      const args = decodeArguments(payload)
      const delayMs = Number(message.headers?.get(HEADER.eta))
      if (delayMs > 0) await untilDue(delayMs, [abort.signal, leaving])
      const invocation = makeInvocation(from === '' ? undefined : from, abort)
      if (id && from && incarnation) {
        const call = { id, callback: name, caller: { name: from, incarnation } }
        await registry.run(name, args, invocation, (value, { signal }) =>
          this.#stream(value, { ...call, signal }),
        )
        message.respond(encodeReply(null, false), { headers: itemsHeaders(node) })
        return
      }
      const value = await registry.run(name, args, invocation)
      const transfer = message.reply ? this.#reply(message, encodeReply(value, json)) : undefined
      if (transfer) await transfer.done
      transfer?.end()
    } catch (thrown) {
      const error = thrownBy(thrown)
      if (message.reply) this.#refuse(message, error, json)
      else
        log.error(
          `"${name}" failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
        )
    } finally {
      this.#answering--
      this.#finished.notify()
      if (id && this.#running.get(id) === abort) this.#running.delete(id)
    }
  }

  async #stream(value: unknown, call: YieldTarget): Promise<void> {
    if (!isYielding(value)) throw notYielding(call.callback)
    await writeYields(value, call, this.#options.ports)
  }

  #reply(message: Msg, value: Uint8Array): PayloadTransfer | undefined {
    const { nc, node, payloads } = this.#options
    const limit = payloadLimit(nc)
    // A client that is not daffi's cannot fetch the parts of a large value.
    if (value.length > limit && !message.headers?.get(HEADER.call)) {
      throw new DaffiError(
        'DAFFI_TOO_LARGE',
        `the result has ${value.length} bytes; a message of this server has at most ${limit}`,
      )
    }
    const headers = replyHeaders(node)
    const { payload, transfer } = payloads.attachOrInline(value, headers)
    message.respond(payload, { headers })
    return transfer
  }

  #refuse(message: Msg, error: unknown, json: boolean): void {
    const fields = remoteFields(error, this.#options.node)
    const payload = json ? Buffer.from(JSON.stringify(fields)) : encode(fields)
    message.respond(payload, { headers: errorHeaders(this.#options.node, fields) })
  }
}

function cancelledByCaller(): DaffiError {
  return new DaffiError('DAFFI_ABORTED', 'the caller gave up')
}
