import { jetstreamManager, type JetStreamManager } from '@nats-io/jetstream'
import { FailureLog } from '../../common/read/failure-log.js'
import type { ItemDeliveryOptions } from '../../common/read/item-delivery.js'
import { ProgressPublisher } from '../../common/read/progress-publisher.js'
import type { OrderMember } from '../../common/order/order-member.js'
import type { ReceiverLifecycle } from '../../common/read/receiver-lifecycle.js'
import type { WriterMessages } from '../../common/read/writer-messages.js'
import { consumerName, type DurableOpen } from '../../protocol/durable-messages.js'
import { areAnnouncements } from '../../protocol/message-forms.js'
import type { Open } from '../../protocol/messages.js'
import type { NatsLink } from '../../protocol/nats-link.js'
import type { Deliver, Grouping, IncomingMarks, Joining, Peer, StreamPorts } from '../../protocol/ports.js'
import { DeadLetterStore } from '../store/dead-letter-store.js'
import { lastStored, storedFrom } from '../store/item-store.js'
import { firstItemOf, nextItemOf } from '../store/record-header.js'
import { StoreTrouble } from '../store/store-trouble.js'
import { DurableReader } from './durable-reader.js'
import { OrderedConsumer } from './ordered-consumer.js'
import { SharedReader } from './shared-reader.js'
import { DeadLetterWriter } from './dead-letter-writer.js'
import { isProven, refusedInvitation } from './invitation-proof.js'

interface ReceiveOptions {
  open: Open
  durable: DurableOpen
  messages: WriterMessages
  lifecycle: ReceiverLifecycle
  deliver: Deliver
  /** Gives the callback's grouping, if it gets several items at once. */
  grouping?: () => Grouping | undefined
  /** Takes part in the order of the source, if the stream has one. */
  joinOrder?: (() => OrderMember) | undefined
  /** Present where results of the items are streamed on. */
  marks?: IncomingMarks | undefined
  /** Place of the stream in a join, if the callback gets its items together with those of others. */
  joining?: Joining
  /** Called for each item that has failed for good. */
  onFailed?: () => void
  /** Called before an item is acknowledged. Resolves when what was made from it is kept, too. */
  settle?: () => Promise<void> | undefined
  /** Called when the stream has no writer any more. */
  onNoWriter: () => void
}

/** Options that both kinds of readers share. */
interface ReaderContext extends ItemDeliveryOptions, Pick<ReceiveOptions, 'settle' | 'marks'> {
  open: Open
  durable: DurableOpen
  self: Peer
  link: NatsLink
  jsm: JetStreamManager
  progress: ProgressPublisher
  trouble: StoreTrouble
}

interface DurableReceiver {
  reader: DurableReader | SharedReader
  progress: ProgressPublisher
  close: () => void
}

/** Durable streams that a node receives. Of two sessions of one stream only the newer is served: they share a consumer. */
export class DurableStreams {
  readonly #ports: StreamPorts
  /** Readers by stream and epoch. */
  readonly #readers = new Map<string, DurableReader | SharedReader>()
  /** Latest reader that is being opened, by stream and epoch: invitations to one are judged one after the other. */
  readonly #opening = new Map<string, Promise<void>>()

  constructor(ports: StreamPorts) {
    this.#ports = ports
  }

  /** Begins to receive a durable stream. @throws DaffiError DAFFI_BAD_MESSAGE when another session of it is to be served */
  receive(options: ReceiveOptions): Promise<DurableReceiver> {
    const { stream, run } = options.durable
    const key = `${stream} ${run}`
    const before = this.#opening.get(key) ?? Promise.resolve()
    const opening = before.then(() => this.#open(key, options))
    const settled = opening
      .catch(() => undefined)
      .then(() => {
        if (this.#opening.get(key) === settled) this.#opening.delete(key)
      })
    this.#opening.set(key, settled)
    return opening
  }

  async #open(
    key: string,
    { open, durable, messages, lifecycle, onNoWriter, ...callback }: ReceiveOptions,
  ): Promise<DurableReceiver> {
    const { pipeline, self, log } = this.#ports
    const { bulk } = await this.#ports.connections()
    const jsm = await jetstreamManager(bulk.nc, { checkAPI: false })
    const isKnown = await bulk.whileConnected(() => isProven(jsm, open, durable))
    if (!isKnown && this.#readers.has(key)) throw refusedInvitation(durable)
    await this.#readers.get(key)?.stop('left')
    const deadLetters = new DeadLetterWriter({
      open,
      durable,
      node: self.name,
      stream: durable.stream.slice(`daffi_${pipeline}_`.length),
      letters: new DeadLetterStore(bulk.nc, pipeline, log),
    })
    const context: ReaderContext = {
      open,
      durable,
      self,
      lifecycle,
      ...callback,
      failures: new FailureLog(open.call, log),
      deadLetters,
      link: bulk,
      jsm,
      progress: new ProgressPublisher(messages, onNoWriter),
      trouble: new StoreTrouble(log, durable.stream),
    }
    const reader = await openReader(context).catch((error: unknown) => {
      context.progress.close()
      throw error
    })
    this.#readers.set(key, reader)
    const endMarks =
      reader instanceof DurableReader && open.order ? receiveMarks(messages, reader) : () => undefined
    const close = (): void => {
      context.progress.close()
      endMarks()
      if (this.#readers.get(key) === reader) this.#readers.delete(key)
    }
    return { reader, progress: context.progress, close }
  }
}

function receiveMarks(messages: WriterMessages, reader: DurableReader): () => void {
  return messages.on('chunk', areAnnouncements, (message) => {
    for (const announcement of message) if (announcement.what === 'mark') reader.onMark(announcement)
  })
}

async function openReader(context: ReaderContext): Promise<DurableReader | SharedReader> {
  if (context.open.share) return new SharedReader(context)
  return await context.link.whileConnected(() => openOrderedReader(context))
}

/** Opens a reader that gets everything from this node's own position in the epoch on. */
async function openOrderedReader(context: ReaderContext): Promise<DurableReader> {
  const { durable, self, jsm, lifecycle } = context
  const name = consumerName(self.name, durable.run)
  const consumer = new OrderedConsumer({ ...context, ...durable, name, idleMs: durable.ageMs, lifecycle })
  try {
    const start = await consumer.open()
    const oldest = await storedFrom(jsm, durable, 1)
    const next = oldest && oldest.sequence >= start ? oldest : await storedFrom(jsm, durable, start)
    const latest = next ?? (await lastStored(jsm, durable))
    const first = next ? firstItemOf(next.header) : latest ? nextItemOf(latest.header, latest.length) : 0
    return new DurableReader({ ...context, consumer, first, kept: oldest?.sequence ?? start })
  } catch (error) {
    await consumer.close()
    throw error
  }
}
