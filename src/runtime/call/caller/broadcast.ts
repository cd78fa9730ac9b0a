import { bounded } from '../../core/timeout.js'
import { deferred } from '../../core/deferred.js'
import { parseDuration } from '../../core/duration.js'
import { DaffiError } from '../../core/errors.js'
import type { BroadcastOptions } from '../api/modifiers.js'
import type { Target } from '../api/pending-call.js'
import { RemoteError, remoteFields } from '../api/remote-error.js'
import { afterDelay, parseTimerDelay } from '../wire/delay.js'
import { HEADER, isNoRespondersReply } from '../wire/headers.js'
import type { PayloadTransfer } from '../wire/payload-transfer.js'
import { subjects } from '../wire/subjects.js'
import type { CallerContext } from './caller-context.js'
import { encodeArguments } from './encode-arguments.js'
import { decodeReplyOf, TIMEOUT_S } from './foreground.js'
import { nodeDied } from './node-died.js'

/** Call of a callback on all nodes that offer it. */
interface Broadcast {
  target: Target
  payload: Uint8Array
  delayMs: number
  offering: string[]
  /** Number of those nodes, without this one. */
  others: number
}

/** Carries out BROADCAST. @returns the values by node, if they are wanted */
export async function callBroadcast(
  target: Target,
  { timeout = TIMEOUT_S, returnResult = true, signal, ...options }: BroadcastOptions,
  caller: CallerContext,
): Promise<Record<string, unknown> | undefined> {
  const delayMs = parseTimerDelay(options)
  const timeoutMs = afterDelay(parseDuration(timeout, 'timeout'), delayMs)
  if (target.to !== undefined)
    throw new DaffiError('DAFFI_USAGE', 'BROADCAST goes to every node: leave out .to()')
  const { node, peers } = caller
  const payload = encodeArguments(target, peers)
  const offering = peers.offering(target.callback).map((peer) => peer.name)
  const others = offering.filter((name) => name !== node).length
  const broadcast = { target, payload, delayMs, offering, others }
  if (returnResult) return await gather(broadcast, { timeoutMs, signal }, caller)
  await sendToAll(broadcast, caller)
  return undefined
}

async function sendToAll(
  { target, payload, delayMs, offering, others }: Broadcast,
  { node, pipeline, requests, local }: CallerContext,
): Promise<void> {
  if (offering.includes(node)) local.runAndForget(target, payload, delayMs)
  await requests.send(subjects.all(pipeline, target.callback), payload, { delayMs, fetchers: others })
}

/** Collects the values of all nodes; in place of one that does not answer, the reason. */
async function gather(
  { target, payload, delayMs, offering, others }: Broadcast,
  { timeoutMs, signal }: { timeoutMs: number; signal: AbortSignal | undefined },
  { node, peers, pipeline, replies, payloads, inFlight, requests, local }: CallerContext,
): Promise<Record<string, unknown>> {
  const { callback } = target
  const what = `"${callback}"`
  await inFlight.connected({ timeoutMs, signal, what })
  const waiting = new Set(offering)
  const values: Record<string, unknown> = Object.fromEntries(offering.map((name) => [name, undefined]))
  const all = deferred()
  const settle = (name: string, value: unknown): void => {
    values[name] = value
    waiting.delete(name)
    if (waiting.size === 0) all.resolve()
  }
  const unwatchPeers = peers.onLeave(({ name }) => {
    if (waiting.has(name)) settle(name, nodeDied(name, callback))
  })
  const { reply, id, end } = replies.expect((message) => {
    if (isNoRespondersReply(message)) return
    const name = message.headers?.get(HEADER.node) ?? ''
    void decodeReplyOf(message, payloads, signal).then(
      (value) => settle(name, value),
      (error: unknown) => settle(name, error),
    )
  })
  // The loss of the server ends the waiting for every other node: no single one has the call.
  const loseAll = (error: DaffiError): void => {
    for (const name of [...waiting]) if (name !== node) settle(name, error)
  }
  const unwatchCall = inFlight.watch({ id, callback, to: '', onLost: loseAll })
  let transfer: PayloadTransfer | undefined
  try {
    const subject = subjects.all(pipeline, callback)
    transfer = requests.publish(subject, payload, { id, reply, delayMs, fetchers: others })
    if (waiting.has(node)) {
      void local.run(target, payload, { timeoutMs: 0, delayMs, signal }).then(
        (value) => settle(node, value),
        (error: unknown) => settle(node, new RemoteError(remoteFields(error, node))),
      )
    }
    await bounded(all.promise, { timeoutMs, signal, what }).catch((error: unknown) => {
      requests.cancel(id)
      if (!(error instanceof DaffiError && error.code === 'DAFFI_TIMEOUT')) throw error
      for (const name of waiting) values[name] = error
    })
    return values
  } finally {
    unwatchPeers()
    unwatchCall()
    transfer?.end()
    end()
  }
}
