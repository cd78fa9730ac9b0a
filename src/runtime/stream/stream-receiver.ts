import type { NatsConnection, Subscription } from '@nats-io/transport-node'
import { messageOf } from '../core/errors.js'
import type { DurableOpen } from './protocol/durable-messages.js'
import { DurableReception } from './durable/read/receive-durable.js'
import { allowHeapGrowth } from './common/heap-growth.js'
import { JetStreamLaneReader } from './lanes/jetstream-reader.js'
import { ShmLaneReader } from './lanes/shm/shm-reader.js'
import { decodeMessage, encodeMessage, streamSubject } from './protocol/messages.js'
import type { End, Open, Progress, Word } from './protocol/messages.js'
import type { StreamPorts } from './protocol/ports.js'
import { StreamReader, type Deliver } from './transient/read/stream-reader.js'

/** How often a receiver says how far it is, when it has moved. */
const PROGRESS_MS = 250

/** What a stream's items are given to, or undefined when the callback isn't offered here. */
export type Admit = (open: Open, signal: () => AbortSignal) => Admission | undefined

export interface Admission {
  deliver: Deliver
  /** The callback wants zero-copy memory, for as long as it runs. */
  borrow: boolean
}

interface Receiving {
  reader: Pick<StreamReader, 'report' | 'stop'>
  open: Open
  close: () => void
}

/** Takes part in the streams that this node is invited to. */
export class Reception {
  readonly #ports: StreamPorts
  readonly #admit: Admit
  readonly #invitations: Subscription
  readonly #streams = new Map<string, Promise<Receiving | undefined>>()
  readonly #unwatch: () => void
  readonly #durable: DurableReception

  /** @param stream id of the only stream to take part in; all by default */
  constructor(nc: NatsConnection, ports: StreamPorts, admit: Admit, stream = '*') {
    this.#ports = ports
    this.#admit = admit
    this.#durable = new DurableReception(ports)
    this.#invitations = nc.subscribe(streamSubject(ports.pipeline, stream, 'open'), {
      callback: (error, message) => {
        if (error === null) void this.#attend(decodeMessage(message.data) as Open)
      },
    })
    this.#unwatch = ports.peers.onLeave((peer) => void this.#orphan(peer.incarnation))
  }

  /** Leaves every stream after the item in hand. */
  async close(): Promise<void> {
    this.#invitations.unsubscribe()
    this.#unwatch()
    const all = await Promise.all(this.#streams.values())
    await Promise.all(
      all.map(async (receiving) => {
        await receiving?.reader.stop('left')
        receiving?.close()
      }),
    )
  }

  async #attend(open: Open): Promise<void> {
    if (!open.to.includes(this.#ports.self.incarnation)) return
    let receiving = this.#streams.get(open.id)
    if (!receiving) {
      // What does not succeed now, with the server away, may when the invitation is repeated.
      receiving = this.#begin(open).catch((error: unknown) => {
        this.#ports.log.warn(`could not join the stream to "${open.call}": ${messageOf(error)}`)
        return undefined
      })
      this.#streams.set(open.id, receiving)
    }
    const { reader } = (await receiving) ?? {}
    if (reader) reader.report()
    else this.#streams.delete(open.id)
  }

  async #begin(open: Open): Promise<Receiving | undefined> {
    const receiving = await (open.durable ? this.#beginDurable(open, open.durable) : this.#beginPassing(open))
    if (!receiving) return undefined
    const undo = allowHeapGrowth()
    const close = (): void => {
      receiving.close()
      undo()
    }
    return { ...receiving, close }
  }

  async #beginDurable(open: Open, durable: DurableOpen): Promise<Receiving | undefined> {
    const abort = new AbortController()
    const admission = this.#admit(open, () => abort.signal)
    const onClosed = (): void => void this.#forget(open.id)
    if (!admission) return undefined
    const { deliver } = admission
    return await this.#durable.begin({ open, durable, deliver, abort, onClosed })
  }

  async #beginPassing(open: Open): Promise<Receiving | undefined> {
    const { pipeline, self, log } = this.#ports
    const admission = this.#admit(open, () => reader.signal)
    if (!admission) return undefined
    const { control, bulk } = await this.#ports.connections()
    const parts = {
      subject: `${streamSubject(pipeline, open.id, 'data')}.*`,
      all: open.delivery === 'lossless' && !open.share,
    }
    const lane = (open.shm && (await ShmLaneReader.open(open.shm))) ?? new JetStreamLaneReader(bulk, parts)
    const reader: StreamReader = new StreamReader({
      open,
      self,
      lane,
      ...admission,
      publish: (progress: Progress) => {
        if (!control.isClosed())
          control.publish(streamSubject(pipeline, open.id, 'progress'), encodeMessage(progress))
      },
    })
    const chunks = control.subscribe(streamSubject(pipeline, open.id, 'chunk'), {
      callback: (error, message) => {
        if (error !== null) return
        for (const word of decodeMessage(message.data) as Word[]) {
          if (word.what === 'part') reader.hear(word)
          else if (word.incarnation === self.incarnation) reader.accept(word)
        }
      },
    })
    const ends = control.subscribe(streamSubject(pipeline, open.id, 'end'), {
      callback: (error, message) => {
        if (error !== null) return
        const end = decodeMessage(message.data) as End
        reader.end(end)
        if (end.error && !end.closed && !open.yields)
          log.warn(`the stream to "${open.call}" from ${open.from} ended early: ${end.error.message}`)
        if (end.closed) void this.#forget(open.id)
      },
    })
    const reporting = setInterval(() => reader.report(), PROGRESS_MS)
    const close = (): void => {
      clearInterval(reporting)
      chunks.unsubscribe()
      ends.unsubscribe()
    }
    return { reader, open, close }
  }

  async #forget(id: string): Promise<void> {
    const receiving = await this.#streams.get(id)
    this.#streams.delete(id)
    await receiving?.reader.stop('stopped')
    receiving?.close()
  }

  /** The writer is gone: so are its streams. */
  async #orphan(incarnation: string): Promise<void> {
    for (const [id, pending] of [...this.#streams]) {
      const receiving = await pending
      if (receiving?.open.incarnation !== incarnation) continue
      this.#ports.log.warn(
        `the stream to "${receiving.open.call}" ended: its writer ${receiving.open.from} is gone`,
      )
      await this.#forget(id)
    }
  }
}
