import { bounded } from '../../core/abort.js'
import { deferred } from '../../core/deferred.js'
import { parseDuration } from '../../core/duration.js'
import { DaffiError } from '../../core/errors.js'
import { afterEta, parseEta } from '../wire/delay.js'
import type { BroadcastOptions } from '../api/modifiers.js'
import type { Offer } from '../wire/payload-transfer.js'
import type { Target } from '../api/pending-call.js'
import { RemoteError, remoteFields } from '../api/remote-error.js'
import { HEADER, isNoResponders, subjects } from '../wire/messages.js'
import type { Calling } from './caller-context.js'
import { died } from './node-died.js'
import { encodeArguments } from './encode-arguments.js'
import { openReply, TIMEOUT } from './foreground.js'

/** A call to all nodes that offer the callback. */
interface Broadcast {
  target: Target
  payload: Uint8Array
  etaMs: number
  offering: string[]
  /** How many of them are not this node. */
  others: number
}

/** BROADCAST: the values by node, if they are wanted. */
export async function callBroadcast(
  target: Target,
  { timeout = TIMEOUT, eta = 0, returnResult = true, signal }: BroadcastOptions,
  calling: Calling,
): Promise<Record<string, unknown> | undefined> {
  const etaMs = parseEta(eta)
  const timeoutMs = afterEta(parseDuration(timeout, 'timeout'), etaMs)
  if (target.to !== undefined)
    throw new DaffiError('DAFFI_USAGE', 'BROADCAST goes to every node: leave out .to()')
  const { node, peers } = calling
  const payload = encodeArguments(target, peers)
  const offering = peers.offering(target.callback).map((peer) => peer.name)
  const others = offering.filter((name) => name !== node).length
  const broadcast = { target, payload, etaMs, offering, others }
  if (returnResult) return await gather(broadcast, { timeoutMs, signal }, calling)
  await announce(broadcast, calling)
  return undefined
}

async function announce(
  { target, payload, etaMs, offering, others }: Broadcast,
  { node, pipeline, requests, own }: Calling,
): Promise<void> {
  if (offering.includes(node)) own.runUnheard(target, payload, etaMs)
  await requests.send(subjects.all(pipeline, target.callback), payload, { etaMs, takers: others })
}

/** The values of all nodes; in the place of one that does not answer, why. */
async function gather(
  { target, payload, etaMs, offering, others }: Broadcast,
  { timeoutMs, signal }: { timeoutMs: number; signal: AbortSignal | undefined },
  { node, peers, pipeline, replies, parts, inFlight, requests, own }: Calling,
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
  const unwatch = peers.onLeave(({ name }) => {
    if (waiting.has(name)) settle(name, died(name, callback))
  })
  const { reply, id, end } = replies.expect((message) => {
    if (isNoResponders(message)) return
    const name = message.headers?.get(HEADER.node) ?? ''
    void openReply(message, parts, signal).then(
      (value) => settle(name, value),
      (error: unknown) => settle(name, error),
    )
  })
  // The server's end is theirs too; nobody in particular has the call.
  const loseAll = (error: DaffiError): void => {
    for (const name of [...waiting]) if (name !== node) settle(name, error)
  }
  const unlose = inFlight.watch({ id, callback, to: '', onLost: loseAll })
  let offer: Offer | undefined
  try {
    const subject = subjects.all(pipeline, callback)
    offer = requests.publish(subject, payload, { id, reply, etaMs, takers: others })
    if (waiting.has(node)) {
      void own.run(target, payload, { timeoutMs: 0, etaMs, signal }).then(
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
    unwatch()
    unlose()
    offer?.end()
    end()
  }
}
