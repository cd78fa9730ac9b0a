import { setMaxListeners } from 'node:events'
import type { NatsConnection } from '@nats-io/transport-node'
import { Wakeup } from '../../core/deferred.js'
import { DaffiError } from '../../core/errors.js'
import { bounded, type Bounds } from '../../core/timeout.js'
import { parseJson } from '../../core/message/parse-json.js'
import { sleep } from '../../core/timer.js'
import { isNoResponders, payloadLimit } from '../../nats/index.js'
import type { CallChannel } from '../channels/call-channel.js'
import type { CallChannels } from '../channels/call-channels.js'
import type { PeerRecord } from '../presence/peer-record.js'
import type { PeerTable } from '../presence/peer-table.js'
import { subjects } from '../wire/subjects.js'
import type { CallTiming } from '../wire/timing.js'
import { nodeDied } from './node-died.js'
import type { AwaitedCall, Replies } from './replies.js'

interface InFlightOptions {
  nc: NatsConnection
  pipeline: string
  node: string
  peers: PeerTable
  timing: CallTiming
  replies: Replies
  channels: CallChannels | undefined
}

/** Ids that are asked about in one message, and bytes of one in question and answer. */
const MAX_IDS = 5000
const ID_BYTES = 32

/**
 * Fails pending calls once the answer, or the server, cannot be expected any more. Whenever a node has gone, and every
 * other heartbeat besides, the nodes that may have a call are asked whether they do.
 */
export class InFlight {
  readonly #options: InFlightOptions
  readonly #up = new Wakeup()
  readonly #closed = new AbortController()
  #looking = false
  /** Number of nodes that have gone, and of the checks that their ends have begun and that are not over. */
  #departures = 0
  #departureChecks = 0
  #connected = true

  constructor(options: InFlightOptions) {
    this.#options = options
    setMaxListeners(0, this.#closed.signal)
    options.peers.onLeave((gone) => {
      this.#departures++
      void this.#checkAfter(gone)
    })
    options.channels?.follow({
      onResponse: (id, response, channel) => options.replies.onResponse(id, response, channel),
      onOpened: () => this.#up.notify(),
      onClosed: (channel, isMember) => this.#onClosed(channel, isMember),
    })
  }

  /** Follows the connection until it is closed for good. When it breaks all calls through the server fail, since answers may be lost. */
  async followServer(): Promise<void> {
    const message =
      'the connection to the NATS server broke before the answer came; the call may have been carried out'
    const timer = setInterval(() => void this.#look(), 2 * this.#options.timing.heartbeatMs).unref()
    for await (const { type } of this.#options.nc.status()) {
      if (type !== 'disconnect' && type !== 'reconnect') continue
      this.#connected = type === 'reconnect'
      if (this.#connected) this.#up.notify()
      else this.#lose(this.#throughServer(), new DaffiError('DAFFI_SERVER_LOST', message))
    }
    clearInterval(timer)
    const { node } = this.#options
    this.close(new DaffiError('DAFFI_CLOSED', `"${node}" left the pipeline before the answer came`))
  }

  /** Fails all pending calls with the reason why this node leaves. */
  close(reason: DaffiError): void {
    this.#closed.abort(reason)
    this.#lose(this.#options.replies.awaited, reason)
    this.#up.notify()
  }

  /** Whether there is a connection, or it is closed for good. A message that is published without one would be dropped. */
  get isConnected(): boolean {
    return this.#connected || this.#options.nc.isClosed()
  }

  /** Waits for a connection. */
  async connected(bounds: Bounds): Promise<void> {
    while (!this.isConnected) await this.reached(bounds)
  }

  /** Waits until there is a connection, or a channel to another node has been opened. */
  async reached(bounds: Bounds): Promise<void> {
    await bounded(this.#up.wait(), bounds)
  }

  #lose(calls: AwaitedCall[], error: DaffiError): void {
    for (const { onLost } of calls) onLost(error)
  }

  /** Calls that were sent through the server. Of the others the channels tell. */
  #throughServer(): AwaitedCall[] {
    return this.#options.replies.awaited.filter(({ channel }) => channel === undefined)
  }

  /** Fails the calls that were sent over a channel if the other node is gone. One that lives may have them: it is asked. */
  #onClosed(closed: CallChannel, isMember: boolean): void {
    const calls = this.#options.replies.awaited.filter(({ channel }) => channel === closed)
    for (const call of calls) {
      call.channel = undefined
      if (!isMember) call.onLost(nodeDied(call.peer.name, call.callback))
    }
    if (isMember && calls.length > 0) void this.#check(calls, undefined)
  }

  /** Checks the calls that wait for longer than a moment. */
  async #look(): Promise<void> {
    const due = this.#throughServer().filter((call) => ++call.looks > 1)
    if (this.#looking || !this.#connected) return
    if (due.length === 0) return
    this.#looking = true
    try {
      await this.#check(due, undefined)
    } finally {
      this.#looking = false
    }
  }

  async #checkAfter(gone: PeerRecord): Promise<void> {
    const concerned = this.#throughServer().filter(
      ({ callback, to, peer }) =>
        gone.incarnation === peer.incarnation ||
        (to === undefined && Object.hasOwn(gone.callbacks, callback)),
    )
    if (concerned.length === 0) return
    this.#departureChecks++
    try {
      await this.#check(concerned, gone)
    } finally {
      this.#departureChecks--
    }
  }

  /**
   * Fails the calls that no node has. They are asked about twice, since a call that is being passed on is with nobody for a
   * moment; the answer to one that was carried out meanwhile comes before that to the question.
   */
  async #check(calls: AwaitedCall[], gone: PeerRecord | undefined): Promise<void> {
    const departures = this.#departures
    const missing = await this.#without(calls, gone)
    if (missing.length === 0) return
    const { timing, peers } = this.#options
    await sleep(timing.inFlightMs, this.#closed.signal).catch(() => undefined)
    const lost = await this.#without(missing, gone)
    // A node that has gone may have had them: that is found out by the check that its end began, or the next one.
    if (gone === undefined && (departures !== this.#departures || this.#departureChecks > 0)) return
    for (const { peer, callback, onLost } of lost) {
      const died = peers.get(peer.name)?.incarnation === peer.incarnation ? gone : peer
      onLost(died ? nodeDied(died.name, callback) : notHeld(callback))
    }
  }

  /** Finds those of the calls that are still watched and that no node has. */
  async #without(calls: AwaitedCall[], gone: PeerRecord | undefined): Promise<AwaitedCall[]> {
    const { replies } = this.#options
    const pending = calls.filter((call) => replies.isAwaited(call))
    const names = new Map(pending.map((call) => [call, this.#mayHave(call, gone)]))
    const ids = new Map<string, string[]>()
    for (const [{ id }, nodes] of names) {
      for (const node of nodes) {
        const asked = ids.get(node)
        if (asked) asked.push(id)
        else ids.set(node, [id])
      }
    }
    const held = await Promise.all([...ids].map(([node, asked]) => this.#heldBy(node, asked)))
    const found = new Set(held.flat())
    return pending.filter((call) => replies.isAwaited(call) && !found.has(call.id))
  }

  /** Names of the nodes that may have a call: the next process of the same name may have got it, too. */
  #mayHave({ callback, to, peer }: AwaitedCall, gone: PeerRecord | undefined): Set<string> {
    if (to !== undefined) return new Set([to])
    const { node, peers } = this.#options
    const offering = peers
      .all()
      .filter(({ name, callbacks }) => name !== node && Object.hasOwn(callbacks, callback))
    return new Set([peer.name, ...(gone ? [gone.name] : []), ...offering.map(({ name }) => name)])
  }

  /**
   * Finds those of the calls that a node has: all of them when it does not answer, as it may be busy with them, or is not there
   * while its end is not known, as it may be connecting again.
   */
  async #heldBy(node: string, ids: string[]): Promise<string[]> {
    const { nc, pipeline, timing, peers } = this.#options
    const held: string[] = []
    const limit = Math.min(MAX_IDS, Math.floor(payloadLimit(nc) / ID_BYTES))
    for (let at = 0; at < ids.length; at += limit) {
      const asked = ids.slice(at, at + limit)
      try {
        const question = asked.join(' ')
        const answer = await nc.request(subjects.running(pipeline, node), question, {
          timeout: timing.inFlightMs,
        })
        const has = parseJson(answer.data)
        held.push(...(Array.isArray(has) ? has.filter((id) => typeof id === 'string') : asked))
      } catch (error) {
        if (!isNoResponders(error) || peers.get(node) !== undefined) held.push(...asked)
      }
    }
    return held
  }
}

function notHeld(callback: string): DaffiError {
  return new DaffiError(
    'DAFFI_SERVER_LOST',
    `"${callback}": no node has the call any more; the connection between the server and the node that had it broke`,
  )
}
