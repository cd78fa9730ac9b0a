import pLimit, { type LimitFunction } from 'p-limit'
import { MIB } from '../../core/bytes.js'
import { DaffiError } from '../../core/errors.js'
import { bounded } from '../../core/timeout.js'
import { sleep } from '../../core/timer.js'
import type { BusyOptions } from '../api/modifiers.js'
import type { Target } from '../api/pending-call.js'
import type { CallChannel } from '../channels/call-channel.js'
import type { CallChannels } from '../channels/call-channels.js'
import type { LocalCalls } from '../invoke/local-calls.js'
import type { PeerRecord } from '../presence/peer-record.js'
import type { PeerTable } from '../presence/peer-table.js'
import { NodeWindows, type ByteWindow } from '../wire/byte-window.js'
import type { PayloadTransfers } from '../wire/payload-transfer.js'
import type { SendWindow } from '../wire/send-window.js'
import type { Cancellation } from './cancellation.js'
import type { InFlight } from './in-flight.js'

/** Bytes of large arguments that are announced to one node and not yet fetched by it. */
const LARGE_BYTES = 16 * MIB
/** Pause before a node is tried again that is there but has not subscribed: it may be connecting again. */
const REFUSED_MS = 250

/** Calls that one in a node without a turn counts as: it is chosen when there is no other. */
const FULL = 1_000_000

/** No node has refused a call. */
export const NOBODY: ReadonlySet<string> = new Set()

interface RouterOptions {
  node: string
  peers: PeerTable
  window: SendWindow
  payloads: PayloadTransfers
  local: LocalCalls
  channels: CallChannels | undefined
  inFlight: InFlight
  /** Aborts when this node leaves. */
  leaving: AbortSignal
}

/** A call that looks for a node. */
export interface Route extends BusyOptions {
  target: Target
  payload: Uint8Array
  /** Incarnations that were not there to take it. */
  refused: ReadonlySet<string>
  /** Incarnations that take it only from the server: over a channel they have said that they do not know this node yet, or leave. */
  absent: ReadonlySet<string>
  /** Nodes that had no turn for it. */
  full: readonly string[]
  cancellation: Cancellation
}

/** The way to a node: a channel, or else the server. */
interface Way {
  peer: PeerRecord
  channel: CallChannel | undefined
}

/** Why no node can be chosen now; `away`: there are only nodes to which the way goes through the server, which is not connected. */
type NoChoice = 'full' | 'refused' | 'away' | 'none'

/** A node that was chosen for a call, which holds a place in its windows until `end`. */
export class Choice {
  readonly peer: PeerRecord
  /** Channel over which it is sent; undefined for one that goes through the server. */
  readonly channel: CallChannel | undefined
  readonly #inFlight: Map<string, number>
  readonly #bytes: number
  #large: ByteWindow | undefined

  /** @param large the window of large arguments, if the call has some */
  constructor(way: Way, inFlight: Map<string, number>, bytes: number, large?: ByteWindow) {
    this.peer = way.peer
    this.channel = way.channel
    this.#inFlight = inFlight
    this.#bytes = bytes
    this.#large = large
    large?.add(bytes)
    inFlight.set(way.peer.incarnation, (inFlight.get(way.peer.incarnation) ?? 0) + 1)
  }

  /** Called when the node has fetched the large arguments. */
  fetched(): void {
    this.#large?.remove(this.#bytes)
    this.#large = undefined
  }

  end(): void {
    this.fetched()
    const left = (this.#inFlight.get(this.peer.incarnation) ?? 1) - 1
    if (left > 0) this.#inFlight.set(this.peer.incarnation, left)
    else this.#inFlight.delete(this.peer.incarnation)
  }
}

/**
 * Chooses the node for each call: of those that offer the callback and have room, one with the fewest calls of this
 * process in flight, in turn.
 */
export class Router {
  readonly #options: RouterOptions
  readonly #inFlight = new Map<string, number>()
  readonly #turns = new Map<string, number>()
  /** Calls of one callback that wait for room enter in order. */
  readonly #lines = new Map<string, LimitFunction>()
  readonly #large: NodeWindows

  constructor(options: RouterOptions) {
    this.#options = options
    const { peers, window } = options
    this.#large = new NodeWindows(LARGE_BYTES, window.changed)
    peers.onAlive(() => window.changed.notify())
    peers.onLeave(({ name }) => this.#large.forget(name))
  }

  /**
   * Chooses a node, waiting for room if there is none.
   * @returns undefined when no other node is there to take it
   * @throws DaffiError DAFFI_BUSY
   */
  choose(route: Route): Choice | undefined | Promise<Choice | undefined> {
    const line = this.#lines.size > 0 && this.#lines.has(keyOf(route))
    const found = line ? 'full' : this.#find(route)
    if (typeof found !== 'string') return this.#take(route, found)
    if (found === 'none') return undefined
    if (found === 'full' && route.busy === 'fail') throw busy(route)
    return this.#wait(route, keyOf(route))
  }

  async #wait(route: Route, key: string): Promise<Choice | undefined> {
    const line = this.#lines.get(key) ?? pLimit(1)
    this.#lines.set(key, line)
    const choosing = line(() => this.#waitInFront(route)).finally(() => {
      if (line.activeCount + line.pendingCount === 0) this.#lines.delete(key)
    })
    try {
      return await bounded(choosing, { signal: route.cancellation.signal, what: 'waiting for room' })
    } catch (error) {
      // It was cancelled while others were in front of it.
      choosing.then(
        (choice) => choice?.end(),
        () => undefined,
      )
      throw error
    }
  }

  async #waitInFront(route: Route): Promise<Choice | undefined> {
    const { window, inFlight, leaving } = this.#options
    const signal = AbortSignal.any([route.cancellation.signal, leaving])
    for (;;) {
      signal.throwIfAborted()
      const found = this.#find(route)
      if (found === 'none') return undefined
      if (typeof found !== 'string') return this.#take(route, found)
      if (found === 'full') await bounded(window.changed.wait(), { signal, what: 'waiting for room' })
      else if (found === 'away') await inFlight.reached({ signal, what: `"${route.target.callback}"` })
      else {
        await sleep(REFUSED_MS, signal)
        route.refused = NOBODY
      }
    }
  }

  #find(route: Route): Way | NoChoice {
    const { target, payload, refused, full } = route
    const { callback, to } = target
    const { node, local, inFlight } = this.#options
    const candidates = this.#candidates(callback, to)
    const { isConnected } = inFlight
    let best: PeerRecord | undefined
    let fewest = Infinity
    let why: NoChoice = 'none'
    const turn = this.#turns.get(callback) ?? 0
    for (let index = 0; index < candidates.length; index++) {
      const peer = candidates[(turn + index) % candidates.length]
      if (!peer || peer.name === node) continue
      if (refused.has(peer.incarnation)) why = why === 'none' ? 'refused' : why
      else if (!isConnected && !this.#channelTo(peer, route)) why = why === 'full' ? why : 'away'
      else if (!this.#hasRoom(peer.name, payload)) why = 'full'
      else {
        const count = this.#count(peer) + (full.includes(peer.name) ? FULL : 0)
        if (count >= fewest) continue
        best = peer
        fewest = count
      }
    }
    if (best) {
      this.#turns.set(callback, candidates.indexOf(best) + 1)
      return { peer: best, channel: this.#channelTo(best, route) }
    }
    return why === 'refused' && to === undefined && local.offers(target) ? 'none' : why
  }

  #count({ incarnation }: PeerRecord): number {
    return this.#inFlight.get(incarnation) ?? 0
  }

  #channelTo(peer: PeerRecord, { absent }: Route): CallChannel | undefined {
    return absent.has(peer.incarnation) ? undefined : this.#options.channels?.to(peer)
  }

  #candidates(callback: string, to: string | undefined): readonly PeerRecord[] {
    const { peers } = this.#options
    if (to === undefined) return peers.offering(callback)
    const peer = peers.get(to)
    return peer ? [peer] : []
  }

  #hasRoom(node: string, payload: Uint8Array): boolean {
    const { window, payloads } = this.#options
    return payloads.isLarge(payload)
      ? this.#large.of(node).hasRoom(payload.length)
      : window.hasRoom(node, payload)
  }

  #take({ payload }: Route, way: Way): Choice {
    const { window, payloads } = this.#options
    const isLarge = payloads.isLarge(payload)
    if (!isLarge) window.add(way.peer.name, payload)
    const large = isLarge ? this.#large.of(way.peer.name) : undefined
    return new Choice(way, this.#inFlight, payload.length, large)
  }
}

function keyOf({ target }: Route): string {
  return `${target.to ?? '*'}.${target.callback}`
}

function busy({ target, payload }: Route): DaffiError {
  const nodes = target.to === undefined ? 'the nodes that offer it' : `node "${target.to}"`
  return new DaffiError(
    'DAFFI_BUSY',
    `"${target.callback}": ${nodes} must first receive what is on its way; there is no room for ${payload.length} bytes`,
  )
}
