import { setImmediate as turn } from 'node:timers/promises'
import type { Msg, NatsConnection, Subscription } from '@nats-io/transport-node'
import { bounded } from '../../core/timeout.js'
import { Wakeup } from '../../core/deferred.js'
import { DaffiError, traceOf } from '../../core/errors.js'
import type { Logger } from '../../core/logger.js'
import { writeYields, type StreamPorts, type YieldTarget } from '../../stream/index.js'
import type { MakeInvocation } from '../api/context.js'
import type { Registry } from '../invoke/registry.js'
import { isYielding, notYielding, thrownBy } from '../invoke/yielding.js'
import { untilDue } from '../wire/delay.js'
import { decodeArguments, isJson } from '../wire/encoding.js'
import type { PayloadTransfers } from '../wire/payload-transfer.js'
import { QUEUE, subjects } from '../wire/subjects.js'
import type { CallTiming } from '../wire/timing.js'
import type { CallPassing } from './call-passing.js'
import { readCall, type IncomingCall } from './incoming-call.js'
import type { ReplySender } from './reply-sender.js'

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
  replies: ReplySender
  passing: CallPassing
  makeInvocation: MakeInvocation
}

/** Answers the calls that reach this node. */
export class Responder {
  readonly #options: ResponderOptions
  /** Subscriptions by which calls come, and those by which callers ask about them. */
  readonly #calls: Subscription[]
  readonly #questions: Subscription[]
  readonly #running = new Map<string, AbortController>()
  /** Calls of each callback that are due and have not ended. */
  readonly #due = new Map<string, number>()
  readonly #finished = new Wakeup()
  #answering = 0

  constructor(options: ResponderOptions) {
    this.#options = options
    const { nc, pipeline, node, registry } = options
    const answer =
      (mayPass: boolean) =>
      (error: Error | null, message: Msg): void => {
        if (error === null) this.#onCall(readCall(message), mayPass)
      }
    const any = { callback: answer(true) }
    const own = { callback: answer(false) }
    this.#calls = [
      ...registry.names.flatMap((name) => [
        nc.subscribe(subjects.call(pipeline, name), { queue: QUEUE, ...any }),
        nc.subscribe(subjects.all(pipeline, name), own),
      ]),
      nc.subscribe(subjects.anyCall(pipeline, node, '*'), any),
      nc.subscribe(subjects.nodeCall(pipeline, node, '*'), own),
    ]
    this.#questions = [
      nc.subscribe(subjects.running(pipeline, node), {
        callback: (error, message) => {
          if (error !== null) return
          const held = message
            .string()
            .split(' ')
            .filter((id) => this.#running.has(id))
          message.respond(JSON.stringify(held))
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
    await wait(Promise.all(this.#calls.map((subscription) => subscription.drain())), DRAIN_MS)
    await wait(this.#idle(), this.#options.timing.shutdownMs)
    const leaves = new DaffiError('DAFFI_CLOSED', `"${this.#options.node}" leaves the pipeline`)
    for (const controller of this.#running.values()) controller.abort(leaves)
    for (const subscription of this.#questions) subscription.unsubscribe()
  }

  async #idle(): Promise<void> {
    while (this.#answering > 0) await this.#finished.wait()
  }

  #onCall(call: IncomingCall, mayPass: boolean): void {
    const { registry, passing } = this.#options
    const { callback, delayMs } = call
    const others = this.#due.get(callback) ?? 0
    if (mayPass && delayMs === 0 && registry.isFull(callback, others) && passing.pass(call)) return
    this.#answering++
    if (delayMs === 0) this.#due.set(callback, others + 1)
    void this.#answer(call)
  }

  /** Answers a call. A promise is only waited for where there is one, as each makes a small call slower. */
  async #answer(call: IncomingCall): Promise<void> {
    const { registry, log, makeInvocation, leaving, payloads, replies } = this.#options
    const { message, callback, id, from, delayMs, items, parts } = call
    let wantsReply = Boolean(message.reply)
    const abort = new AbortController()
    if (id) this.#running.set(id, abort)
    let json = isJson(message.data)
    try {
      const payload = parts ? await payloads.fetch(parts, from, abort.signal) : message.data
      json = isJson(payload)
      const args = decodeArguments(payload)
      if (wantsReply && call.wantsReceipt) {
        replies.sendReceipt(message)
        wantsReply = false
        // The receipt goes out first: the callback may block this process for long.
        await turn()
      }
      if (delayMs > 0) await untilDue(delayMs, [abort.signal, leaving])
      const invocation = makeInvocation(from, abort)
      if (id && from && items) {
        const target = { id, callback, caller: { name: from, incarnation: items } }
        await registry.run(callback, args, invocation, (value, { signal }) =>
          this.#stream(value, { ...target, signal }),
        )
        replies.sendItemsEnd(message)
        return
      }
      const running = registry.run(callback, args, invocation)
      const value = running instanceof Promise ? ((await running) as unknown) : running
      const sending = wantsReply ? replies.sendValue(call, value, { json, abort }) : undefined
      if (sending) await sending
    } catch (thrown) {
      const error = thrownBy(thrown)
      if (wantsReply) await replies.sendError(call, error, json)
      else log.error(`"${callback}" failed: ${traceOf(error)}`)
    } finally {
      this.#answering--
      if (delayMs === 0) this.#due.set(callback, (this.#due.get(callback) ?? 1) - 1)
      this.#finished.notify()
      if (id && this.#running.get(id) === abort) this.#running.delete(id)
    }
  }

  async #stream(value: unknown, call: YieldTarget): Promise<void> {
    if (!isYielding(value)) throw notYielding(call.callback)
    await writeYields(value, call, this.#options.ports)
  }
}

function cancelledByCaller(): DaffiError {
  return new DaffiError('DAFFI_ABORTED', 'the caller gave up')
}
