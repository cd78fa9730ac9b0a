import type { NatsConnection, Subscription } from '@nats-io/transport-node'
import { messageOf } from '../core/errors.js'
import { allowHeapGrowth } from './common/heap-growth.js'
import { ReceiverLifecycle } from './common/read/receiver-lifecycle.js'
import { DurableStreams } from './durable/read/receive-durable.js'
import { decodeMessage, streamSubject, type End, type Open } from './protocol/messages.js'
import type { Deliver, StreamPorts } from './protocol/ports.js'
import { receiveTransient } from './transient/read/receive-transient.js'
import type { StreamReader } from './transient/read/stream-reader.js'

/** Interval at which a receiver reports its progress. */
const PROGRESS_MS = 250

/** Looks up the callback that a stream is for; undefined when it isn't offered here. */
export type Admit = (open: Open, signal: () => AbortSignal) => Admission | undefined

export interface Admission {
  deliver: Deliver
  /** Gives the callback memory on loan, for as long as it runs. */
  borrow: boolean
}

interface ActiveReceiver {
  reader: Pick<StreamReader, 'report' | 'stop'>
  open: Open
  close: () => void
}

/** Receives the streams that this node is invited to. */
export class StreamReceiver {
  readonly #ports: StreamPorts
  readonly #admit: Admit
  readonly #invitations: Subscription
  readonly #active = new Map<string, Promise<ActiveReceiver | undefined>>()
  readonly #unwatch: () => void
  readonly #durable: DurableStreams

  /** @param stream id of the only stream to receive; all by default */
  constructor(nc: NatsConnection, ports: StreamPorts, admit: Admit, stream = '*') {
    this.#ports = ports
    this.#admit = admit
    this.#durable = new DurableStreams(ports)
    this.#invitations = nc.subscribe(streamSubject(ports.pipeline, stream, 'open'), {
      callback: (error, message) => {
        if (error === null) void this.#onOpen(decodeMessage(message.data) as Open)
      },
    })
    this.#unwatch = ports.peers.onLeave((peer) => void this.#onWriterGone(peer.incarnation))
  }

  /** Leaves every stream after its present item. */
  async close(): Promise<void> {
    this.#invitations.unsubscribe()
    this.#unwatch()
    const all = await Promise.all(this.#active.values())
    await Promise.all(
      all.map(async (receiver) => {
        await receiver?.reader.stop('left')
        receiver?.close()
      }),
    )
  }

  async #onOpen(open: Open): Promise<void> {
    if (!open.to.includes(this.#ports.self.incarnation)) return
    let pending = this.#active.get(open.id)
    if (!pending) {
      // This may fail while the server is unavailable, and succeed when the invitation is repeated.
      pending = this.#begin(open).catch((error: unknown) => {
        this.#ports.log.warn(`could not join the stream to "${open.call}": ${messageOf(error)}`)
        return undefined
      })
      this.#active.set(open.id, pending)
    }
    const receiver = await pending
    if (receiver) receiver.reader.report()
    else this.#active.delete(open.id)
  }

  async #begin(open: Open): Promise<ActiveReceiver | undefined> {
    const ports = this.#ports
    const lifecycle = new ReceiverLifecycle()
    const callback = this.#admit(open, () => lifecycle.signal)
    if (!callback) return undefined
    const { reader, close } = open.durable
      ? await this.#durable.receive({ open, durable: open.durable, lifecycle, deliver: callback.deliver })
      : await receiveTransient({ open, ports, lifecycle, ...callback })
    const ends = await this.#subscribeToEnd(open, (end) => reader.onEnd(end))
    const reporting = setInterval(() => reader.report(), PROGRESS_MS)
    const restoreHeap = allowHeapGrowth()
    return {
      reader,
      open,
      close: () => {
        clearInterval(reporting)
        ends.unsubscribe()
        close()
        restoreHeap()
      },
    }
  }

  async #subscribeToEnd(open: Open, onEnd: (end: End) => void): Promise<Subscription> {
    const { pipeline, log } = this.#ports
    const { control } = await this.#ports.connections()
    return control.subscribe(streamSubject(pipeline, open.id, 'end'), {
      callback: (error, message) => {
        if (error !== null) return
        const end = decodeMessage(message.data) as End
        onEnd(end)
        if (end.error && !end.closed && !open.yields)
          log.warn(`the stream to "${open.call}" from ${open.from} ended early: ${end.error.message}`)
        if (end.closed) void this.#leave(open.id, 'stopped')
      },
    })
  }

  /** @param state `stopped` when the stream is over, `left` when its writer is gone and may come back */
  async #leave(id: string, state: 'stopped' | 'left'): Promise<void> {
    const receiver = await this.#active.get(id)
    this.#active.delete(id)
    await receiver?.reader.stop(state)
    receiver?.close()
  }

  /** Leaves the streams of a writer that is gone. */
  async #onWriterGone(incarnation: string): Promise<void> {
    for (const [id, pending] of [...this.#active]) {
      const receiver = await pending
      if (receiver?.open.incarnation !== incarnation) continue
      this.#ports.log.warn(
        `the stream to "${receiver.open.call}" ended: its writer ${receiver.open.from} is gone`,
      )
      await this.#leave(id, 'left')
    }
  }
}
