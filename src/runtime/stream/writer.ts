import { addAbortListener } from 'node:events'
import { encodeItem } from '../codec/index.js'
import { abortError } from '../core/abort.js'
import { DaffiError, toErrorRecord } from '../core/errors.js'
import { randomId } from '../core/names.js'
import type { StreamSummary } from '../core/summary.js'
import { Batch } from './batch.js'
import { feed, type Items } from './feed.js'
import { now } from './latency.js'
import { JetStreamLaneWriter } from './lanes/jetstream-writer.js'
import { decodeMessage, encodeMessage, streamSubject } from './messages.js'
import type { Accept, End, Open, Part, Progress } from './messages.js'
import { Outlet, WINDOW } from './outlet.js'
import type { Peer, StreamConnections, StreamOptions, StreamPorts } from './ports.js'
import { Receivers } from './receivers.js'

const MIB = 1024 * 1024
/** What the lane keeps: lossless never has more than the window unread; live readers come late. */
const KEEP = { lossless: 2 * WINDOW + 8 * MIB, live: 128 * MIB }
const REPEAT_MS = 1000
const PROGRESS_MS = 250
const ATTACH_MS = 10_000
/** How long receivers may take to give their counts when a stream is cut off. */
const LAST_WORDS_MS = 2000

/** A stream that did not go as it should. `summary` says what became of every item. */
export class StreamError extends DaffiError {
  override readonly name = 'StreamError'
  constructor(
    message: string,
    readonly summary: StreamSummary,
    cause?: unknown,
  ) {
    super('DAFFI_STREAM_FAILED', message, { cause, details: { summary } })
  }
}

/**
 * Streams the items to every node that offers the callback, and resolves when all of them are done.
 * @throws DaffiError DAFFI_NO_RECEIVER, DAFFI_STREAM_ARITY before the first item; StreamError when the iterable or a receiver failed
 */
export async function writeStream(
  items: Items,
  options: StreamOptions,
  ports: StreamPorts,
): Promise<StreamSummary> {
  const invited = invitees(options, ports)
  const connections = await ports.connections()
  const id = randomId()
  const lane = await JetStreamLaneWriter.open({
    ports,
    connections,
    id,
    bytes: KEEP[options.delivery],
    renew: options.delivery === 'live',
  })
  const writer = new StreamWriter(id, lane, options, ports, connections)
  try {
    return await writer.run(items, invited)
  } finally {
    writer.close()
    await lane.close()
  }
}

function invitees({ call, to }: StreamOptions, { peers }: StreamPorts): Peer[] {
  const offering = peers.offering(call).filter((peer) => to === undefined || peer.name === to)
  if (offering.length === 0) {
    throw new DaffiError(
      'DAFFI_NO_RECEIVER',
      `nobody offers "${call}"${to === undefined ? '' : ` on node "${to}"`}, so the stream has nowhere to go`,
    )
  }
  for (const { name, arity } of offering) {
    if ((arity.min ?? 1) > 1 || (arity.max ?? 1) < 1) {
      throw new DaffiError(
        'DAFFI_STREAM_ARITY',
        `"${call}" on node "${name}" takes ${arity.max === 0 ? 'no argument' : `${arity.min} arguments`}; the items of a stream are one argument each`,
      )
    }
  }
  return offering
}

class StreamWriter {
  readonly #receivers = new Receivers()
  readonly #outlet: Outlet
  readonly #batch = new Batch()
  readonly #cleanup: (() => void)[] = []
  readonly #abort = new AbortController()
  #items = 0
  #bytes = 0
  #started: number | undefined
  #ended: End | undefined
  #failure: unknown

  constructor(
    readonly id: string,
    lane: JetStreamLaneWriter,
    readonly options: StreamOptions,
    readonly ports: StreamPorts,
    readonly connections: StreamConnections,
  ) {
    this.#outlet = new Outlet({
      lane,
      live: options.delivery === 'live',
      announce: (part) => this.#publish('chunk', part),
      slowest: (stored) => this.#receivers.slowest(stored),
      credit: this.#receivers.changed,
      signal: this.#abort.signal,
      onFailure: (error) => this.#fail(error),
    })
  }

  async run(items: Items, invited: Peer[]): Promise<StreamSummary> {
    this.#listen()
    await this.#gather(invited)
    try {
      await feed(items, { signal: this.#abort.signal, take: (item) => this.#take(item) })
    } catch (error) {
      this.#failure ??= error
    }
    if (!this.#abort.signal.aborted) {
      await this.#flushBatch()
      await this.#outlet.flush()
    }
    await this.#finish()
    return this.#conclude()
  }

  close(): void {
    for (const undo of this.#cleanup.reverse()) undo()
  }

  #listen(): void {
    const { peers, pipeline } = this.ports
    const { signal, onProgress } = this.options
    const own = <T>(undo: T, how: (undo: T) => void): void => void this.#cleanup.push(() => how(undo))

    const subscription = this.connections.control.subscribe(streamSubject(pipeline, this.id, 'progress'), {
      callback: (error, message) => {
        if (error === null) this.#hear(decodeMessage<Progress>(message.data))
      },
    })
    own(subscription, (each) => each.unsubscribe())
    own(
      peers.onLeave((peer, how) => this.#lose(peer, how)),
      (undo) => undo(),
    )
    if (this.options.delivery === 'live')
      own(
        peers.onJoin((peer) => this.#welcome(peer)),
        (undo) => undo(),
      )
    own(
      setInterval(() => this.#repeat(), REPEAT_MS),
      clearInterval,
    )
    if (onProgress)
      own(
        setInterval(() => this.#report(), PROGRESS_MS),
        clearInterval,
      )
    if (signal) {
      const stop = (): void => this.#fail(abortError(signal, `the stream to "${this.options.call}"`))
      if (signal.aborted) stop()
      else own(addAbortListener(signal, stop), (each) => each[Symbol.dispose]())
    }
  }

  /** Waits until everyone invited has attached or is gone. */
  async #gather(invited: Peer[]): Promise<void> {
    for (const peer of invited) this.#receivers.invite(peer)
    this.#invite()
    const late = setTimeout(() => {
      const error = new DaffiError(
        'DAFFI_TIMEOUT',
        `did not attach to the stream within ${ATTACH_MS / 1000} s`,
      )
      const missing = this.#receivers.invitedOnly()
      for (const peer of invited) {
        if (missing.includes(peer.incarnation)) this.#receivers.depart(peer, 'died', 0, error)
      }
    }, ATTACH_MS)
    try {
      while (this.#receivers.invitedOnly().length > 0 && !this.#abort.signal.aborted)
        await this.#receivers.changed.wait()
    } finally {
      clearTimeout(late)
    }
  }

  #invite(): void {
    const { call, delivery, buffer, onError } = this.options
    const { name: from, incarnation } = this.ports.self
    const to = this.#receivers.invitedOnly()
    if (to.length > 0)
      this.#publish('open', { id: this.id, call, from, incarnation, delivery, buffer, onError, to })
  }

  #take(item: unknown): Promise<void> | undefined {
    const number = this.#items
    const { kind, bytes } = encodeItem(item, number)
    const time = kind?.[0] === 'frame' ? kind[5] : now()
    this.#items++
    this.#bytes += bytes.length
    if (number === 0) this.#start()
    if (kind === undefined) {
      this.#batch.add(number, bytes, time)
      // A batch grows only while an earlier one is under way, so at low rates nothing waits.
      return this.#batch.full || !this.#outlet.busy ? this.#flushBatch() : undefined
    }
    const flushed = this.#batch.empty ? undefined : this.#flushBatch()
    const sent = this.#outlet.send({ first: number, count: 1, kind, bytes, time })
    return flushed ? flushed.then(() => sent) : sent
  }

  #start(): void {
    this.#started = performance.now()
    void this.#flushWhenIdle()
    this.#report()
  }

  async #flushWhenIdle(): Promise<void> {
    while (!this.#abort.signal.aborted && this.#ended === undefined) {
      await this.#outlet.idle()
      if (!this.#batch.empty) void this.#flushBatch()
    }
  }

  async #flushBatch(): Promise<void> {
    if (!this.#batch.empty) await this.#outlet.send(this.#batch.take())
  }

  #hear(progress: Progress): void {
    const accepted = this.#receivers.attached
    // Values of an open batch have not gone out yet: who attaches now gets them.
    const next = this.#batch.empty ? this.#items : this.#batch.first
    this.#receivers.report(progress, { items: this.#items, next, stored: this.#outlet.stored })
    if (this.#receivers.attached > accepted) this.#accept()
    if (this.#receivers.attached === 0 && this.#started !== undefined) this.#abandoned()
  }

  #accept(): void {
    for (const accept of this.#receivers.accepts()) this.#publish('chunk', accept)
  }

  #welcome(peer: Peer & { callbacks: Record<string, unknown> }): void {
    const { call, to } = this.options
    if (this.#ended || !Object.hasOwn(peer.callbacks, call) || (to !== undefined && to !== peer.name)) return
    if (this.#receivers.invite(peer)) this.#invite()
  }

  #lose(peer: Peer, how: 'left' | 'died'): void {
    const message = how === 'died' ? `node "${peer.name}" died` : `node "${peer.name}" left`
    this.#receivers.depart(
      peer,
      how,
      this.#items,
      new DaffiError('DAFFI_NODE_DIED', `${message} before the stream ended`),
    )
    if (this.#receivers.attached === 0 && this.#receivers.invitedOnly().length === 0) this.#abandoned()
  }

  /** Nobody is left: a lossless stream is over; a live one waits for its receivers to come back. */
  #abandoned(): void {
    if (this.options.delivery === 'live' || this.#ended) return
    this.#fail(new DaffiError('DAFFI_NO_RECEIVER', 'all receivers are gone'))
  }

  #repeat(): void {
    this.#invite()
    this.#accept()
    this.#outlet.repeat()
    if (this.#ended) this.#publish('end', this.#ended)
  }

  #fail(error: unknown): void {
    this.#failure ??= error
    this.#abort.abort(error)
    this.#receivers.changed.notify()
  }

  async #finish(): Promise<void> {
    const cut = this.#abort.signal.aborted
    this.#ended = {
      count: this.#items,
      error: this.#failure === undefined ? null : toErrorRecord(this.#failure),
      cut,
      closed: false,
    }
    this.#publish('end', this.#ended)
    let waiting = true
    const limit = cut
      ? setTimeout(() => this.#stopWaiting(() => (waiting = false)), LAST_WORDS_MS)
      : undefined
    try {
      while (waiting && this.#receivers.pending().length > 0) await this.#receivers.changed.wait()
    } finally {
      clearTimeout(limit)
    }
    this.#publish('end', { ...this.#ended, closed: true })
    await this.connections.control.flush().catch(() => undefined)
  }

  #stopWaiting(stop: () => void): void {
    stop()
    this.#receivers.changed.notify()
  }

  #conclude(): StreamSummary {
    const summary = this.#snapshot()
    this.options.onProgress?.(summary)
    if (this.#failure !== undefined) {
      const why = toErrorRecord(this.#failure).message
      throw new StreamError(
        `the stream to "${this.options.call}" ended after ${summary.items} items: ${why}`,
        summary,
        this.#failure,
      )
    }
    const broken = Object.entries(summary.receivers).filter(([, receiver]) => receiver.state !== 'finished')
    if (
      broken.length > 0 &&
      (this.options.delivery === 'lossless' || broken.some(([, each]) => each.state === 'stopped'))
    ) {
      const names = broken.map(
        ([name, { state, error }]) => `${name} ${state}${error ? ` (${error.message})` : ''}`,
      )
      throw new StreamError(
        `the stream to "${this.options.call}" did not reach everyone: ${names.join('; ')}`,
        {
          ...summary,
          error: { code: 'DAFFI_STREAM_FAILED', message: `did not finish: ${names.join('; ')}` },
        },
      )
    }
    return summary
  }

  #report(): void {
    this.options.onProgress?.(this.#snapshot())
  }

  #snapshot(): StreamSummary {
    const { call, source, delivery } = this.options
    const seconds = this.#started === undefined ? 0 : (performance.now() - this.#started) / 1000
    return {
      call,
      source,
      from: this.ports.self.name,
      delivery,
      items: this.#items,
      bytes: this.#bytes,
      seconds: Math.round(seconds * 1000) / 1000,
      error: this.#failure === undefined ? null : toErrorRecord(this.#failure),
      receivers: this.#receivers.summary(this.#items),
    }
  }

  #publish(what: 'open' | 'chunk' | 'end', message: Open | Accept | Part | End): void {
    const { control } = this.connections
    if (!control.isClosed())
      control.publish(streamSubject(this.ports.pipeline, this.id, what), encodeMessage(message))
  }
}
