import { headers } from '@nats-io/transport-node'
import { SimulatedStreams } from './simulated-streams.js'
import type { Message, SimulatedConnection } from './simulated-connection.js'
import { Actor, type SimulatedTime } from './simulated-time.js'
import { matches } from './subjects.js'

interface Subscription {
  pattern: string[]
  connection: SimulatedConnection
  take: (message: Message) => void
}

/** Fault of one message: it is lost, or comes twice. */
export type Mishap = (message: Message) => 'lost' | 'twice' | undefined

const PING = '$SIMULATION.PING'

/** The NATS server of a schedule: subjects with wildcards, requests, and JetStream's streams in memory. */
export class SimulatedServer {
  readonly actor: Actor
  readonly #subscriptions = new Set<Subscription>()
  readonly #mishap: Mishap
  #streams = new SimulatedStreams()
  readonly #connections = new Set<SimulatedConnection>()
  /** Connections that wait for an answer, by its subject. */
  readonly #inboxes = new Map<string, SimulatedConnection>()

  /** @param mishap asked for each message that is neither a request nor an answer */
  constructor(time: SimulatedTime, mishap: Mishap) {
    this.actor = new Actor(time)
    this.#mishap = mishap
  }

  add(connection: SimulatedConnection): void {
    this.#connections.add(connection)
  }

  /** Forgets a connection of a process that is gone. */
  remove(connection: SimulatedConnection): void {
    this.#connections.delete(connection)
    for (const subscription of this.#subscriptions)
      if (subscription.connection === connection) this.#subscriptions.delete(subscription)
  }

  subscribe(subject: string, connection: SimulatedConnection, take: Subscription['take']): () => void {
    const subscription = { pattern: subject.split('.'), connection, take }
    this.#subscriptions.add(subscription)
    return () => this.#subscriptions.delete(subscription)
  }

  route(message: Message, from: SimulatedConnection): void {
    const { subject, reply } = message
    const asker = this.#inboxes.get(subject)
    if (asker) {
      this.#inboxes.delete(subject)
      asker.answer(message)
    } else if (reply !== undefined) {
      this.#inboxes.set(reply, from)
      this.#request(message, reply)
    } else if (!subject.startsWith('_INBOX.')) {
      const mishap = this.#mishap(message)
      if (mishap === 'twice') this.#pass(message, from)
      if (mishap !== 'lost') this.#pass(message, from)
    }
  }

  /** Names of the streams that it keeps. */
  get streams(): string[] {
    return this.#streams.names
  }

  /** What was published last on a subject that is stored. */
  latest(subject: string): Uint8Array | undefined {
    return this.#streams.latest(subject)
  }

  /** Starts anew: all connections break, and what was in memory is gone. */
  restart(downMs: number): void {
    this.#streams = new SimulatedStreams()
    this.#inboxes.clear()
    for (const connection of this.#connections) connection.break(downMs)
  }

  #request(message: Message, reply: string): void {
    const answer = message.subject === PING ? { data: new Uint8Array() } : this.#streams.answer(message)
    const asker = this.#inboxes.get(reply)
    const passed = this.#pass(message, asker)
    if (answer === 'none' && passed) return
    this.#inboxes.delete(reply)
    const response: Message =
      answer === 'none'
        ? { subject: reply, data: new Uint8Array(), headers: headers(503, 'No Responders') }
        : { ...answer, subject: reply }
    // Whoever has subscribed to the reply himself gets it there.
    if (!this.#pass(response, undefined)) asker?.answer(response)
  }

  /** @returns whether there was somebody to pass it to */
  #pass(message: Message, from: SimulatedConnection | undefined): boolean {
    const tokens = message.subject.split('.')
    let passed = false
    for (const { pattern, connection, take } of this.#subscriptions) {
      if (!matches(pattern, tokens) || (connection === from && from.noEcho)) continue
      passed = true
      connection.deliver(message, take)
    }
    return passed
  }
}
