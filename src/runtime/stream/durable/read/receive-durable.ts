import { jetstreamManager, type JetStreamManager } from '@nats-io/jetstream'
import { deferred, Wakeup } from '../../../core/deferred.js'
import { decodeMessage, streamSubject, type End, type Open } from '../../protocol/messages.js'
import type { Link } from '../../protocol/nats-link.js'
import type { Peer, StreamConnections, StreamPorts } from '../../protocol/ports.js'
import type { Deliver } from '../../transient/read/stream-reader.js'
import { DurableConsumer } from './ordered-consumer.js'
import { DeadLetters } from '../store/dead-letters.js'
import type { FailedItemOptions } from './failed-item.js'
import { numberAfter, numberAt } from '../store/record-header.js'
import {
  consumerName,
  encodeProgress,
  type DurableOpen,
  type DurableProgress,
} from '../../protocol/durable-messages.js'
import { DurableReader } from './durable-reader.js'
import { SharedReader } from './shared-reader.js'
import { Tickets } from './pending-chunks.js'
import { lastStored, storedFrom, type DurableNames } from '../store/item-store.js'

/** How often a receiver says how far it is. */
const PROGRESS_MS = 250

export interface DurableReceiving {
  reader: DurableReader | SharedReader
  open: Open
  close: () => void
}

/** What both kinds of readers are made with. */
interface ReaderContext extends Omit<FailedItemOptions, 'signal'> {
  self: Peer
  arrived: Wakeup
  abort: AbortController
  link: Link
  jsm: JetStreamManager
  publish: (progress: DurableProgress) => void
}

interface BeginOptions {
  open: Open
  durable: DurableOpen
  deliver: Deliver
  abort: AbortController
  /** The writer lets go of the stream. */
  onClosed: () => void
}

/** Takes part in durable streams. Of two sessions of one stream only the newer is served: they share a place. */
export class DurableReception {
  readonly #ports: StreamPorts
  readonly #readers = new Map<string, DurableReceiving['reader']>()

  constructor(ports: StreamPorts) {
    this.#ports = ports
  }

  async begin(options: BeginOptions): Promise<DurableReceiving> {
    const { open, durable, onClosed } = options
    const { pipeline, log } = this.#ports
    const connections = await this.#ports.connections()
    const place = `${durable.stream} ${durable.run}`
    await this.#readers.get(place)?.stop('left')

    const context = await this.#context(options, connections)
    const reader = open.share ? this.#share(context) : await this.#follow(context)
    this.#readers.set(place, reader)
    const ends = connections.control.subscribe(streamSubject(pipeline, open.id, 'end'), {
      callback: (error, message) => {
        if (error !== null) return
        const end = decodeMessage(message.data) as End
        reader.end(end)
        if (end.error)
          log.warn(`the stream to "${open.call}" from ${open.from} ended early: ${end.error.message}`)
        if (end.closed) onClosed()
      },
    })
    const reporting = setInterval(() => reader.report(), PROGRESS_MS)
    const close = (): void => {
      clearInterval(reporting)
      ends.unsubscribe()
      if (this.#readers.get(place) === reader) this.#readers.delete(place)
    }
    return { reader, open, close }
  }

  async #context(
    { open, durable, deliver, abort }: BeginOptions,
    { control, bulk }: StreamConnections,
  ): Promise<ReaderContext> {
    const { pipeline, self } = this.#ports
    return {
      open,
      durable,
      self,
      deliver,
      dead: new DeadLetters(bulk.nc, pipeline),
      name: durable.stream.slice(`daffi_${pipeline}_`.length),
      arrived: new Wakeup(),
      abort,
      link: bulk,
      jsm: await jetstreamManager(bulk.nc, { checkAPI: false }),
      publish: (progress) => {
        if (!control.isClosed())
          control.publish(streamSubject(pipeline, open.id, 'progress'), encodeProgress(progress))
      },
    }
  }

  /** Takes everything, from this node's own place in the run on. */
  async #follow(context: ReaderContext): Promise<DurableReader> {
    const { durable, self, jsm, link, abort, arrived } = context
    const failed = deferred<unknown>()
    const consumer = new DurableConsumer({
      ...durable,
      nc: link.nc,
      jsm,
      name: consumerName(self.name, durable.run),
      idleMs: durable.ageMs,
      signal: abort.signal,
      arrived,
      onFailure: failed.resolve,
    })
    const names: DurableNames = durable
    const next = await storedFrom(jsm, names, await consumer.open())
    const latest = next ?? (await lastStored(jsm, names))
    const first = next ? numberAt(next.mark) : latest ? numberAfter(latest.mark, latest.length) : 0
    const reader = new DurableReader({ ...context, consumer, first })
    void failed.promise.then((error) => reader.fail(error))
    return reader
  }

  /** Takes what others leave. */
  #share(context: ReaderContext): SharedReader {
    const tickets = new Tickets({
      ...context,
      signal: context.abort.signal,
      onChange: () => reader.report(),
      onFailure: (error) => reader.fail(error),
    })
    const reader: SharedReader = new SharedReader({ ...context, tickets })
    return reader
  }
}
