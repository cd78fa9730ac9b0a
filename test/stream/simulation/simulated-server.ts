import { SimulatedStreams } from './simulated-streams.js'
import type { Message, SimulatedConnection } from './simulated-connection.js'
import { Actor, type SimulatedTime } from './simulated-time.js'

interface Subscription {
  pattern: string[]
  connection: SimulatedConnection
  take: (message: Message) => void
}

/** Fault of one message: it is lost, or comes twice. */
export type Mishap = (message: Message) => 'lost' | 'twice' | undefined

/** The NATS server of a schedule: subjects with wildcards, requests, and JetStream's streams in memory. */
export class SimulatedServer {
  readonly actor: Actor
  readonly #subscriptions = new Set<Subscription>()
  readonly #mishap: Mishap
  #streams = new SimulatedStreams()
  readonly #connections = new Set<SimulatedConnection>()

  /** @param mishap asked for each message without a reply subject */
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

  subscribe(subject: string, connection: SimulatedConnection, take: Subscription['take']): Subscription {
    const subscription = { pattern: subject.split('.'), connection, take }
    this.#subscriptions.add(subscription)
    return subscription
  }

  unsubscribe(subscription: Subscription): void {
    this.#subscriptions.delete(subscription)
  }

  route(message: Message, from: SimulatedConnection): void {
    if (message.reply === undefined && !message.subject.startsWith('_INBOX.')) {
      const mishap = this.#mishap(message)
      if (mishap === 'lost') return
      if (mishap === 'twice') this.#pass(message)
      this.#pass(message)
      return
    }
    if (message.subject.startsWith('_INBOX.')) {
      for (const connection of this.#connections) if (connection.has(message.subject)) connection.answer(message)
      return
    }
    const answer = this.#streams.answer(message)
    const passed = this.#pass(message)
    if (message.reply === undefined || answer === undefined) return
    if (answer !== 'none') from.answer({ ...answer, subject: message.reply })
    else if (!passed) from.answer({ subject: message.reply, data: new Uint8Array(), code: 503 })
  }

  /** Names of the streams that it keeps. */
  get streams(): string[] {
    return this.#streams.names
  }

  /** Starts anew: all connections break, and what was in memory is gone. */
  restart(downMs: number): void {
    this.#streams = new SimulatedStreams()
    for (const connection of this.#connections) connection.break()
    this.actor.after(downMs, () => {
      for (const connection of this.#connections) connection.mend()
    })
  }

  /** @returns whether there was somebody to pass it to */
  #pass(message: Message): boolean {
    const tokens = message.subject.split('.')
    const takers = [...this.#subscriptions].filter(({ pattern }) => matches(pattern, tokens))
    for (const { connection, take } of takers) connection.deliver(message, take)
    return takers.length > 0
  }
}

export function matches(pattern: readonly string[], tokens: readonly string[]): boolean {
  if (pattern.at(-1) !== '>' && pattern.length !== tokens.length) return false
  return pattern.every((token, index) => token === '*' || token === '>' || token === tokens[index])
}
