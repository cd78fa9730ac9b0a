import {
  errors,
  type Msg,
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
  /** Code in its headers, as of a JetStream answer. */
  code?: number
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
  readonly info = { max_payload: 1024 * 1024 }
  readonly options = { inboxPrefix: '_INBOX' }
  readonly features = { get: () => ({ min: '2.10.0', ok: true }) }
  readonly #time: SimulatedTime
  readonly #server: SimulatedServer
  readonly #node: Actor
  readonly #latency: Latency
  readonly #requests = new Map<string, (message: Message) => void>()
  /** Published while there was no connection. */
  #pending: Message[] = []
  #connected = true
  /** Number of the connection that is up: what was on its way in an earlier one never arrives. */
  #life = 0
  readonly #lastArrival = { up: 0, down: 0 }
  readonly #statuses: Status[] = []
  readonly #statusChanged = new Wakeup()

  constructor(time: SimulatedTime, server: SimulatedServer, node: Actor, latency: Latency) {
    this.#time = time
    this.#server = server
    this.#node = node
    this.#latency = latency
    this.link = new Actor(time)
  }

  /** As the client that it stands for. */
  get nc(): NatsConnection {
    return this as unknown as NatsConnection
  }

  publish(subject: string, payload?: Uint8Array | string, options: { reply?: string } = {}): void {
    const { reply } = options
    this.#send({ subject, data: toBytes(payload), ...(reply === undefined ? {} : { reply }) })
  }

  subscribe(
    subject: string,
    { callback }: { callback: (error: null, message: Msg) => void },
  ): Pick<Subscription, 'unsubscribe'> {
    const subscription = this.#server.subscribe(subject, this, (message) => callback(null, this.#received(message)))
    return { unsubscribe: () => this.#server.unsubscribe(subscription) }
  }

  async request(
    subject: string,
    payload?: Uint8Array | string,
    { timeout = 2000 }: { timeout?: number } = {},
  ): Promise<Msg> {
    const reply = `_INBOX.${++inboxes}`
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#requests.delete(reply)
        reject(new errors.TimeoutError())
      }, timeout)
      this.#requests.set(reply, (message) => {
        clearTimeout(timer)
        if (message.code === 503) reject(new errors.NoRespondersError(subject))
        else resolve(this.#received(message))
      })
      this.#send({ subject, data: toBytes(payload), reply })
    })
  }

  async flush(): Promise<void> {
    await this.request('$SIMULATION.PING').catch(() => undefined)
  }

  isClosed(): boolean {
    return false
  }

  async *status(): AsyncIterable<Status> {
    for (;;) {
      const status = this.#statuses.shift()
      if (status) yield status
      else await this.#statusChanged.wait()
    }
  }

  /** Breaks the connection: all that is on its way is lost. */
  break(): void {
    this.#life++
    this.#node.after(0, () => {
      this.#connected = false
      this.#notify('disconnect')
    })
  }

  /** Connects again. */
  mend(): void {
    this.#node.after(0, () => {
      this.#connected = true
      this.#notify('reconnect')
      for (const message of this.#pending.splice(0)) this.#send(message)
    })
  }

  get isUp(): boolean {
    return this.#connected
  }

  /** Takes a message from the server to the node, for one of its subscriptions or requests. */
  deliver(message: Message, take: (message: Message) => void): void {
    if (!this.#connected) return
    this.#travel('down', this.#node, () => take(message))
  }

  answer(message: Message): void {
    this.deliver(message, () => {
      this.#requests.get(message.subject)?.(message)
      this.#requests.delete(message.subject)
    })
  }

  has(inbox: string): boolean {
    return this.#requests.has(inbox)
  }

  #send(message: Message): void {
    if (!this.#connected) this.#pending.push(message)
    else this.#travel('up', this.#server.actor, () => this.#server.route(message, this))
  }

  /** The link holds a message for its latency, and for as long as the link stands still; then its receiver gets it. */
  #travel(way: 'up' | 'down', to: Actor, arrive: () => void): void {
    const life = this.#life
    const at = Math.max(this.#lastArrival[way], this.#time.now + this.#latency())
    this.#lastArrival[way] = at
    this.link.after(at - this.#time.now, () =>
      to.after(0, () => {
        if (life === this.#life) arrive()
      }),
    )
  }

  #received({ subject, data, reply, code }: Message): Msg {
    const respond = (payload?: Uint8Array | string): boolean => {
      if (reply === undefined) return false
      this.publish(reply, payload)
      return true
    }
    const json = (): unknown => JSON.parse(Buffer.from(data).toString())
    const headers = code === undefined ? undefined : { code }
    return { subject, data, reply, headers, respond, json } as unknown as Msg
  }

  #notify(type: 'disconnect' | 'reconnect'): void {
    this.#statuses.push({ type, server: 'simulated' })
    this.#statusChanged.notify()
  }
}
