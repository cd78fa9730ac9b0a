import { setImmediate as turn } from 'node:timers/promises'
import type { Msg, NatsConnection, Subscription } from '@nats-io/transport-node'
import { bounded } from '../../core/timeout.js'
import { Wakeup } from '../../core/deferred.js'
import { DaffiError, traceOf } from '../../core/errors.js'
import type { Logger } from '../../core/logger.js'
import { asError } from '../../core/thrown/read-thrown.js'
import { listen, payloadLimit } from '../../nats/index.js'
import { writeYields, type Items, type StreamPorts, type YieldTarget } from '../../stream/index.js'
import type { Abort, MakeInvocation } from '../api/context.js'
import type { CallMessage } from '../channels/call-channel.js'
import type { CallChannels } from '../channels/call-channels.js'
import { gather } from '../invoke/gather.js'
import type { Registry } from '../invoke/registry.js'
import { isYielding, notYielding, thrownBy } from '../invoke/yielding.js'
import type { PeerTable } from '../presence/peer-table.js'
import { untilDue } from '../wire/delay.js'
import { decodeArguments, isJson } from '../wire/encoding.js'
import { MAX_VALUE_BYTES, type PayloadTransfers } from '../wire/payload-transfer.js'
import { RUNNING } from '../wire/send-window.js'
import { QUEUE, subjects } from '../wire/subjects.js'
import type { CallTiming } from '../wire/timing.js'
import type { CallPassing } from './call-passing.js'
import { readCall, type IncomingCall } from './incoming-call.js'
import type { ReplySender } from './reply-sender.js'
import { WaitingRoom } from './waiting-room.js'

/** Time within which calls that the server has already sent arrive. */
const DRAIN_MS = 2000

interface RunningCall {
  /** Name of the node that waits for the result. */
  caller: string | undefined
  abort: AbortController
}

interface ResponderOptions {
  nc: NatsConnection
  pipeline: string
  node: string
  registry: Registry
  peers: PeerTable
  log: Logger
  timing: CallTiming
  /** Aborts when this node leaves: a call that is not due yet will not be run. */
  leaving: AbortSignal
  ports: StreamPorts
  payloads: PayloadTransfers
  replies: ReplySender
  passing: CallPassing
  channels: CallChannels | undefined
  makeInvocation: MakeInvocation
}

/** Answers the calls that reach this node. */
export class Responder {
  readonly #options: ResponderOptions
  /** Subscriptions by which calls come. */
  readonly #calls: Subscription[]
  /** Functions that end the listening to calls over channels, and to what callers ask and tell about calls. */
  readonly #channelCalls: (() => void)[] = []
  readonly #questions: (() => void)[] = []
  readonly #running = new Map<string, RunningCall>()
  /** Calls of each callback that are due and have not ended. */
  readonly #due = new Map<string, number>()
  readonly #finished = new Wakeup()
  /** Calls whose callbacks yield, while their items are gathered for one answer, or for none. */
  readonly #gathering = new Set<RunningCall>()
  readonly #room: WaitingRoom
  readonly #unwatch: () => void
  #answering = 0

  constructor(options: ResponderOptions) {
    this.#options = options
    this.#room = new WaitingRoom(options)
    const { nc, pipeline, node, registry, peers } = options
    const any = (message: Msg): unknown => this.#onCall(readCall(message), true)
    const own = (message: Msg): unknown => this.#onCall(readCall(message), false)
    this.#calls = [
      ...registry.names.flatMap((name) => [
        listen(nc, subjects.call(pipeline, name), any, { queue: QUEUE }),
        listen(nc, subjects.all(pipeline, name), own),
      ]),
      listen(nc, subjects.anyCall(pipeline, node, '*'), any),
      listen(nc, subjects.nodeCall(pipeline, node, '*'), own),
    ]
    const questions = [
      listen(nc, subjects.running(pipeline, node), (message) => this.#onQuestion(message)),
      listen(nc, subjects.cancel(pipeline), (message) => this.#onCancel(message)),
    ]
    this.#questions.push(...questions.map((subscription) => () => subscription.unsubscribe()))
    const { channels } = options
    if (channels) {
      this.#channelCalls.push(
        channels.listen('any', (request) => this.#onCall(readCall(request, request), true)),
        channels.listen('call', (request) => this.#onCall(readCall(request, request), false)),
      )
      this.#questions.push(
        channels.listen(RUNNING, (request) => this.#onQuestion(request)),
        channels.listen('cancel', (request) => this.#onCancel(request)),
      )
    }
    this.#unwatch = peers.onLeave(({ name }) => {
      for (const { caller, abort } of [...this.#running.values(), ...this.#gathering])
        if (caller === name) abort.abort(callerLeft(name))
    })
  }

  /** Accepts no more calls, and resolves when the running ones are answered, or have been given up after a while. */
  async drain(): Promise<void> {
    const wait = (promise: Promise<unknown>, timeoutMs: number): Promise<unknown> =>
      bounded(promise, { timeoutMs, what: 'draining' }).catch(() => undefined)
    for (const unlisten of this.#channelCalls) unlisten()
    // Calls that the server has sent already are still accepted. The server may also be gone.
    await wait(Promise.all(this.#calls.map((subscription) => subscription.drain())), DRAIN_MS)
    await wait(this.#idle(), this.#options.timing.shutdownMs)
    const leaves = new DaffiError('DAFFI_CLOSED', `"${this.#options.node}" leaves the pipeline`)
    for (const { abort } of this.#running.values()) abort.abort(leaves)
    for (const unlisten of this.#questions) unlisten()
    this.#unwatch()
  }

  async #idle(): Promise<void> {
    while (this.#answering > 0) await this.#finished.wait()
  }

  #onCancel({ data }: CallMessage): void {
    this.#running.get(textOf(data))?.abort.abort(cancelledByCaller())
  }

  #onQuestion(message: CallMessage): void {
    if (message.data.length === 0) {
      this.#room.answer(message)
      return
    }
    const ids = textOf(message.data).split(' ')
    message.respond(Buffer.from(JSON.stringify(ids.filter((id) => this.#running.has(id)))))
  }

  #onCall(call: IncomingCall, mayPass: boolean): Promise<void> | undefined {
    const { registry, passing } = this.#options
    const { callback, delayMs } = call
    const others = this.#due.get(callback) ?? 0
    if (mayPass && delayMs === 0 && registry.isFull(callback, others) && passing.pass(call)) return undefined
    this.#answering++
    if (delayMs === 0) this.#due.set(callback, others + 1)
    return this.#answer(call)
  }

  /** Answers a call. A promise is only waited for where there is one, as each makes a small call slower. */
  async #answer(call: IncomingCall): Promise<void> {
    const { registry, log, makeInvocation, leaving, payloads, replies } = this.#options
    const { message, callback, id, from, delayMs, items, parts, badHeader } = call
    let wantsReply = Boolean(message.reply)
    const abort = new AbortController()
    // A caller that wants no result may leave.
    const caller = wantsReply && !call.wantsReceipt ? from : undefined
    if (id) this.#running.set(id, { caller, abort })
    let json = isJson(message.data)
    let onTurn: (() => void) | undefined
    try {
      if (badHeader !== undefined) throw new DaffiError('DAFFI_BAD_MESSAGE', `${badHeader} makes no sense`)
      const entering = this.#room.enter(call, abort)
      onTurn = entering instanceof Promise ? await entering : entering
      const payload = parts
        ? await payloads.fetch(parts, { node: from, channel: message.channel }, abort.signal)
        : message.data
      json = isJson(payload)
      const args = decodeArguments(payload)
      if (wantsReply && call.wantsReceipt) {
        replies.sendReceipt(message)
        wantsReply = false
        // The receipt goes out first: the callback may block this process for long.
        await turn()
      }
      if (delayMs > 0) await untilDue(delayMs, [abort.signal, leaving])
      const invocation = makeInvocation(callback, from, abort)
      invocation.traceparent = call.traceparent
      const isLimited = id !== undefined && wantsReply && registry.get(callback)?.options.rate !== undefined
      const onWait = isLimited ? (rate: string): void => replies.sendWaits(message, rate) : undefined
      if (id && from && items) {
        const target = { id, callback, caller: { name: from, incarnation: items } }
        const finish = (value: unknown, { signal }: Abort): Promise<void> =>
          this.#stream(value, { ...target, signal })
        await registry.run(callback, args, invocation, { finish, onTurn, onWait })
        replies.sendItemsEnd(message)
        return
      }
      const finish = (value: unknown, either: Abort): unknown =>
        isYielding(value) ? this.#gather(value, call, { either, abort, keep: wantsReply }) : value
      const running = registry.run(callback, args, invocation, { finish, onTurn, onWait })
      const value = running instanceof Promise ? ((await running) as unknown) : running
      const sending = wantsReply ? replies.sendValue(call, value, { json, abort }) : undefined
      if (sending) await sending
    } catch (thrown) {
      // The result may be what throws: its fields are read while it is encoded.
      const error = thrownBy(asError(thrown))
      if (wantsReply) await replies.sendError(call, error, json)
      else log.error(`"${callback}" failed: ${traceOf(error)}`)
    } finally {
      onTurn?.()
      this.#answering--
      if (delayMs === 0) this.#due.set(callback, (this.#due.get(callback) ?? 1) - 1)
      this.#finished.notify()
      if (id && this.#running.get(id)?.abort === abort) this.#running.delete(id)
    }
  }

  /** Gathers what a callback yields for one answer, for as long as its caller is there. */
  async #gather(
    value: Items,
    { id, from }: IncomingCall,
    { either, abort, keep }: { either: Abort; abort: AbortController; keep: boolean },
  ): Promise<unknown> {
    const limit = id === undefined && keep ? payloadLimit(this.#options.nc) : MAX_VALUE_BYTES
    const gathering = { caller: from, abort }
    this.#gathering.add(gathering)
    try {
      return await gather(value, either, { limit, keep })
    } finally {
      this.#gathering.delete(gathering)
    }
  }

  async #stream(value: unknown, call: YieldTarget): Promise<void> {
    if (!isYielding(value)) throw notYielding(call.callback)
    await writeYields(value, call, this.#options.ports)
  }
}

const textOf = (data: Uint8Array): string => Buffer.from(data).toString('latin1')

function callerLeft(name: string): DaffiError {
  return new DaffiError('DAFFI_ABORTED', `"${name}", which calls, is gone`)
}

function cancelledByCaller(): DaffiError {
  return new DaffiError('DAFFI_ABORTED', 'the caller gave up')
}
