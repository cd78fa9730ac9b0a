import {
  errors,
  type Msg,
  type MsgHdrs,
  type NatsConnection,
  type Status,
  type Subscription,
} from '@nats-io/transport-node'
import { Wakeup } from '../../../src/runtime/core/deferred.js'
import type { SimulatedServer } from './simulated-server.js'
import { Actor, type SimulatedTime } from './simulated-time.js'

/** A message on its way: the server passes it to everybody who has subscribed to its subject. */
export interface Message {
  subject: string
  data: Uint8Array
  reply?: string
  headers?: MsgHdrs
  /** Connections that it has come to; kept for requests. */
  arrived?: Set<SimulatedConnection>
}

interface ConnectionOptions {
  time: SimulatedTime
  server: SimulatedServer
  /** The process, or its thread, that has the connection. */
  owner: Actor
  latency: Latency
  /** Whether its own messages do not come back to it. */
  noEcho?: boolean
}

/** Milliseconds that a message takes between a node and the server. */
export type Latency = () => number

const EMPTY = new Uint8Array()
const toBytes = (payload: Uint8Array | string = EMPTY): Uint8Array =>
  typeof payload === 'string' ? Buffer.from(payload) : payload

let inboxes = 0

/**
 * A connection of a node to the simulated server, with what streams and presence use of a NATS connection. Bytes arrive in
 * order, and late ones hold up those behind them; those on their way are lost when the connection breaks.
 */
export class SimulatedConnection {
  readonly link: Actor
  readonly noEcho: boolean
  readonly info = { max_payload: 1024 * 1024 }
  readonly options = { inboxPrefix: '_INBOX' }
  readonly features = { get: () => ({ min: '2.10.0', ok: true }) }
  readonly #options: ConnectionOptions
  /** Requests that were sent, for the judge. */
  readonly requested: Message[] = []
  readonly #requests = new Map<string, (message: Message) => void>()
  /** Messages that were published while there was no connection. */
  #pending: Message[] = []
  #connected = true
  /** Number of the connection that is up: what was on its way in an earlier one never arrives. */
  #life = 0
  readonly #lastArrival = { up: 0, down: 0 }
  /** Whether the server can reach it. Its owner notices a break a little later, or much later when it stands still. */
  #reachable = true
  readonly #watchers = new Set<{ statuses: Status[]; changed: Wakeup }>()

  constructor(options: ConnectionOptions) {
    this.#options = options
    this.noEcho = options.noEcho ?? false
    this.link = new Actor(options.time)
    options.server.add(this)
  }

  /** The client that it stands for. */
  get client(): NatsConnection {
    return this as unknown as NatsConnection
  }

  getServerVersion(): undefined {
    return undefined
  }

  publish(subject: string, payload?: Uint8Array | string, { reply }: { reply?: string } = {}): void {
    this.#send({ subject, data: toBytes(payload), ...(reply === undefined ? {} : { reply }) })
  }

  subscribe(
    subject: string,
    { callback }: { callback: (error: null, message: Msg) => void },
  ): Pick<Subscription, 'unsubscribe'> {
    let isSubscribed = true
    const cancel = this.#options.server.subscribe(subject, this, (message) => {
      // As the client does, with what was on its way when it unsubscribed.
      if (isSubscribed) callback(null, this.#received(message))
    })
    const unsubscribe = (): void => {
      isSubscribed = false
      cancel()
    }
    return { unsubscribe }
  }

  async request(
    subject: string,
    payload?: Uint8Array | string,
    { timeout = 2000, headers }: { timeout?: number; headers?: MsgHdrs } = {},
  ): Promise<Msg> {
    const reply = `_INBOX.${++inboxes}`
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#requests.delete(reply)
        reject(new errors.TimeoutError())
      }, timeout)
      this.#requests.set(reply, (message) => {
        clearTimeout(timer)
        if (message.headers?.code === 503) reject(noResponders(subject))
        else resolve(this.#received(message))
      })
      const arrived = new Set<SimulatedConnection>()
      const message = { subject, data: toBytes(payload), reply, arrived, ...(headers ? { headers } : {}) }
      this.requested.push(message)
      this.#send(message)
    })
  }

  async flush(): Promise<void> {
    await this.request('$SIMULATION.PING').catch(() => undefined)
  }

  isClosed(): boolean {
    return false
  }

  isDraining(): boolean {
    return false
  }

  async *status(): AsyncIterable<Status> {
    const watcher = { statuses: [] as Status[], changed: new Wakeup() }
    this.#watchers.add(watcher)
    for (;;) {
      const status = watcher.statuses.shift()
      if (status) yield status
      else await watcher.changed.wait()
    }
  }

  /** Breaks the connection for a while: all that is on its way is lost. */
  break(downMs: number): void {
    this.#life++
    this.#reachable = false
    const { owner } = this.#options
    owner.after(0, () => {
      this.#connected = false
      this.#notify('disconnect')
    })
    owner.after(downMs, () => {
      this.#connected = true
      this.#reachable = true
      this.#notify('reconnect')
      for (const message of this.#pending.splice(0)) this.#send(message)
    })
  }

  /** Takes a message from the server to the node, for one of its subscriptions or requests. */
  deliver(message: Message, take: (message: Message) => void): void {
    if (!this.#reachable) return
    this.#travel('down', this.#options.owner, () => {
      message.arrived?.add(this)
      take(message)
    })
  }

  answer(message: Message): void {
    this.deliver(message, () => {
      this.#requests.get(message.subject)?.(message)
      this.#requests.delete(message.subject)
    })
  }

  #send(message: Message): void {
    const { server } = this.#options
    if (!this.#connected) this.#pending.push(message)
    else if (this.#reachable) this.#travel('up', server.actor, () => server.route(message, this))
  }

  /** The link holds a message for its latency, and for as long as the link stands still; then its receiver gets it. */
  #travel(way: 'up' | 'down', to: Actor, arrive: () => void): void {
    const life = this.#life
    const { time, latency } = this.#options
    const at = Math.max(this.#lastArrival[way], time.now + latency())
    this.#lastArrival[way] = at
    this.link.after(at - time.now, () =>
      to.after(0, () => {
        if (life === this.#life) arrive()
      }),
    )
  }

  #received({ subject, data, reply, headers }: Message): Msg {
    const respond = (payload?: Uint8Array | string): boolean => {
      if (reply === undefined) return false
      this.publish(reply, payload)
      return true
    }
    const json = (): unknown => JSON.parse(Buffer.from(data).toString())
    return { subject, data, reply, headers, respond, json } as unknown as Msg
  }

  #notify(type: 'disconnect' | 'reconnect'): void {
    for (const { statuses, changed } of this.#watchers) {
      statuses.push({ type, server: 'simulated' })
      changed.notify()
    }
  }
}

/** The client's error for a request that nobody answers. */
function noResponders(subject: string): Error {
  return new errors.RequestError('no responders', { cause: new errors.NoRespondersError(subject) })
}
