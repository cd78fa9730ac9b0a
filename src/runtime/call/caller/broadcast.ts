import { parseDuration } from '../../core/duration.js'
import { DaffiError } from '../../core/errors.js'
import type { Bounds } from '../../core/timeout.js'
import type { BroadcastOptions, BusyOptions } from '../api/modifiers.js'
import type { Target } from '../api/pending-call.js'
import { RemoteError, remoteFields } from '../api/remote-error.js'
import { afterDelay, parseDelay } from '../wire/delay.js'
import { decodeReply } from '../wire/encoding.js'
import type { CallerContext } from './caller-context.js'
import { boundedCall, type Cancellation } from './cancellation.js'
import { encodeArguments } from './encode-arguments.js'
import { TIMEOUT_S } from './foreground.js'
import { deliver } from './no-return.js'
import { nobodyThere } from './node-died.js'

/** One call of all nodes. */
interface Call extends BusyOptions {
  target: Target
  payload: Uint8Array
  delayMs: number
}

/** Carries out BROADCAST: a call of each node, suspected or not. @returns the values by node, if they are wanted */
export async function callBroadcast(
  target: Target,
  { timeout = TIMEOUT_S, returnResult = true, signal, busy, ...options }: BroadcastOptions,
  caller: CallerContext,
): Promise<Record<string, unknown> | undefined> {
  const { callback, to } = target
  const delayMs = parseDelay(options)
  const timeoutMs = afterDelay(parseDuration(timeout, 'timeout'), delayMs)
  if (to !== undefined) throw new DaffiError('DAFFI_USAGE', 'BROADCAST goes to every node: leave out .to()')
  const call = { target, payload: encodeArguments(target, caller.peers), delayMs, busy }
  const members = caller.peers.all().filter(({ callbacks }) => Object.hasOwn(callbacks, callback))
  const names = members.map(({ name }) => name)
  const bounds = { timeoutMs, signal, what: `"${callback}"` }
  if (returnResult) return await gather(names, call, bounds, caller)
  await deliverToAll(names, call, bounds, caller)
  return undefined
}

/** Collects the values of all nodes; in place of one that does not answer, the reason. */
async function gather(
  names: string[],
  call: Call,
  bounds: Bounds,
  caller: CallerContext,
): Promise<Record<string, unknown>> {
  const entries = names.map(async (name) => {
    const value = await boundedCall(bounds, (cancellation) => ask(name, call, cancellation, caller)).catch(
      (error: unknown) => {
        if (bounds.signal?.aborted) throw error
        return error
      },
    )
    return [name, value] as const
  })
  return Object.fromEntries(await Promise.all(entries))
}

async function ask(
  name: string,
  call: Call,
  cancellation: Cancellation,
  { node, local, outgoing }: CallerContext,
): Promise<unknown> {
  const { target, payload, delayMs } = call
  if (name !== node) {
    const reply = await outgoing.send({ ...call, target: { ...target, to: name }, cancellation })
    if (!reply) throw nobodyThere(`"${target.callback}" on ${name}`)
    return decodeReply(reply.message, reply.payload)
  }
  const { signal } = cancellation
  return await local.run(target, payload, { timeoutMs: 0, delayMs, signal }).catch((error: unknown) => {
    throw new RemoteError(remoteFields(error, node))
  })
}

/** Resolves when every node that lives has received the call. */
async function deliverToAll(
  names: string[],
  call: Call,
  bounds: Bounds,
  caller: CallerContext,
): Promise<void> {
  const { target } = call
  const all = names.map((to) =>
    boundedCall(bounds, (cancellation) =>
      deliver({ ...call, target: { ...target, to }, cancellation }, caller),
    ),
  )
  for (const result of await Promise.allSettled(all)) {
    if (result.status === 'fulfilled') continue
    const error: unknown = result.reason
    if (!(error instanceof DaffiError && error.code === 'DAFFI_NODE_DIED')) throw error
  }
}
