import { jetstreamManager } from '@nats-io/jetstream'
import { deferred, Wakeup } from '../../core/deferred.js'
import { decodeMessage, streamSubject, type End, type Open } from '../messages.js'
import type { StreamPorts } from '../ports.js'
import type { Deliver } from '../reader.js'
import { DurableConsumer } from './consumer.js'
import { DeadLetters } from './dead-letters.js'
import { numberAfter, numberAt } from './mark.js'
import { consumerName, encodeProgress, type DurableOpen } from './messages.js'
import { DurableReader } from './reader.js'
import { lastStored, storedFrom, type DurableNames } from './store.js'

/** How often a receiver says how far it is. */
const PROGRESS_MS = 250

export interface DurableReceiving {
  reader: DurableReader
  open: Open
  close: () => void
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
  readonly #readers = new Map<string, DurableReader>()

  constructor(ports: StreamPorts) {
    this.#ports = ports
  }

  async begin({ open, durable, deliver, abort, onClosed }: BeginOptions): Promise<DurableReceiving> {
    const { pipeline, self, log } = this.#ports
    const { control, bulk } = await this.#ports.connections()
    const name = consumerName(self.name, durable.run)
    const place = `${durable.stream} ${name}`
    await this.#readers.get(place)?.stop('left')

    const jsm = await jetstreamManager(bulk.nc, { checkAPI: false })
    const arrived = new Wakeup()
    const failed = deferred<unknown>()
    const consumer = new DurableConsumer({
      ...durable,
      nc: bulk.nc,
      jsm,
      name,
      idleMs: durable.ageMs,
      signal: abort.signal,
      arrived,
      onFailure: failed.resolve,
    })
    const names: DurableNames = durable
    const next = await storedFrom(jsm, names, await consumer.open())
    const latest = next ?? (await lastStored(jsm, names))
    const first = next ? numberAt(next.mark) : latest ? numberAfter(latest.mark, latest.length) : 0
    const reader = new DurableReader({
      open,
      durable,
      self,
      deliver,
      consumer,
      dead: new DeadLetters(bulk.nc, pipeline),
      name: durable.stream.slice(`daffi_${pipeline}_`.length),
      arrived,
      first,
      abort,
      publish: (progress) => {
        if (!control.isClosed())
          control.publish(streamSubject(pipeline, open.id, 'progress'), encodeProgress(progress))
      },
    })
    void failed.promise.then((error) => reader.fail(error))
    this.#readers.set(place, reader)
    const ends = control.subscribe(streamSubject(pipeline, open.id, 'end'), {
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
}
