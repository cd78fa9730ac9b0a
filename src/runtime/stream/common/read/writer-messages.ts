import type { NatsConnection } from '@nats-io/transport-node'
import type { UnixChannel } from '../../../unix/index.js'
import { streamSubject, type Open, type StreamSubject } from '../../protocol/messages.js'
import { onUnixMessage, onMessage } from '../../protocol/on-message.js'
import type { UnixPeers, StreamPorts } from '../../protocol/ports.js'

/**
 * Messages between a receiver and the writer of its stream: over a channel of this host as long as that is open, and else through the
 * server. Never by both, so that they stay in order.
 */
export class WriterMessages {
  readonly nc: NatsConnection
  readonly #pipeline: string
  readonly #id: string
  readonly #unix: UnixPeers | undefined
  readonly #channel: UnixChannel | undefined

  constructor(
    nc: NatsConnection,
    { pipeline, unix }: Pick<StreamPorts, 'pipeline' | 'unix'>,
    id: string,
    channel?: UnixChannel,
  ) {
    this.nc = nc
    this.#pipeline = pipeline
    this.#id = id
    this.#unix = unix
    this.#channel = channel
  }

  /** Chooses the way. Messages of a durable stream go through the server, where its items are. */
  static async open({ id, incarnation, durable }: Open, ports: StreamPorts): Promise<WriterMessages> {
    const { control } = await ports.connections()
    const channel = durable ? undefined : await ports.unix?.channelTo(incarnation)
    return new WriterMessages(control, ports, id, channel)
  }

  subject(what: StreamSubject): string {
    return streamSubject(this.#pipeline, this.#id, what)
  }

  /** Listens to messages of the writer. @returns a function that ends it */
  on<T>(
    what: 'chunk' | 'end',
    hasForm: (message: unknown) => message is T,
    listener: (message: T) => unknown,
  ): () => void {
    const subject = this.subject(what)
    const subscribe = (): (() => void) => {
      const subscription = onMessage(this.nc, subject, hasForm, listener)
      return () => subscription.unsubscribe()
    }
    const channel = this.#channel
    if (!this.#unix || !channel?.isOpen) return subscribe()
    let end = onUnixMessage(this.#unix, subject, hasForm, (message, { peer }) =>
      peer === channel.peer ? listener(message) : undefined,
    )
    const unwatch = channel.onClose(() => {
      end()
      end = this.nc.isClosed() ? () => undefined : subscribe()
    })
    return () => {
      unwatch()
      end()
    }
  }

  /** Sends a message over the channel. False when there is none. */
  sendByChannel(what: 'progress', bytes: Uint8Array): boolean {
    return this.#channel?.send(this.subject(what), bytes) ?? false
  }

  /** Listens to answers that the stream has no writer at the other end of the channel. @returns a function that ends it */
  onNoWriter(listener: () => void): () => void {
    return this.#unix?.onNobody(this.subject('progress'), listener) ?? (() => undefined)
  }
}
