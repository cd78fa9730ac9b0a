import { decodeBytes, decodeValues } from '../codec/index.js'
import { Wakeup } from '../core/deferred.js'
import { DaffiError, toErrorRecord, type ErrorRecord } from '../core/errors.js'
import type { ReceiverState } from '../core/summary.js'
import { Intake, type Arriving } from './intake.js'
import type { LaneReader } from './lanes/lane.js'
import { Latency } from './latency.js'
import { loadChunk } from './loader.js'
import { partCost, type Accept, type End, type Open, type Part, type Progress } from './messages.js'

const MIB = 1024 * 1024
/** Loaded and not yet processed: the most that a lossless receiver holds, unless one chunk alone is larger. */
const HOLD_BYTES = 16 * MIB
/** Chunks on their way at once; one in live, where a chunk loaded early is a chunk that grows stale. */
const AHEAD = { lossless: 4, live: 1 }
/** Credit is given back in steps, well below the window. */
const CREDIT_STEP = 2 * MIB
const TURN_MS = 10

/** Runs the callback with an item. */
export type Deliver = (item: unknown) => unknown

interface ReaderOptions {
  open: Open
  self: { name: string; incarnation: string }
  lane: LaneReader
  deliver: Deliver
  publish: (progress: Progress) => void
}

/** One stream on a receiving node: what has come is loaded, joined, put through the callback in order, and counted. */
export class StreamReader {
  readonly #options: ReaderOptions
  readonly #abort = new AbortController()
  readonly #heard = new Wakeup()
  #attach = 0
  #intake: Intake | undefined
  #first = 0
  #position = 0
  #loaded = 0
  #reported = 0
  #processed = 0
  #failed = 0
  #held = 0
  #latency = new Latency()
  #end: End | undefined
  #state: ReceiverState = 'attached'
  #error: ErrorRecord | null = null
  #running: Promise<void> | undefined

  constructor(options: ReaderOptions) {
    this.#options = options
  }

  /** Aborts when the stream ends for this receiver. */
  get signal(): AbortSignal {
    return this.#abort.signal
  }

  accept({ attach, first }: Accept): void {
    if (attach === this.#attach || this.#state !== 'attached') return
    this.#attach = attach
    this.#intake = new Intake(this.#options.open.delivery, first)
    this.#first = first
    this.#position = first
    this.#loaded = this.#reported = this.#processed = this.#failed = 0
    this.#latency = new Latency()
    this.#running ??= this.#run()
    this.#heard.notify()
  }

  hear(part: Part): void {
    if (!this.#intake?.hear(part)) {
      // What was known or skipped before the accept costs no credit; the writer counts from the accept on.
      return
    }
    this.#heard.notify()
  }

  end(end: End): void {
    this.#end = end
    if (end.cut) this.#settle('stopped', end.error)
    this.#heard.notify()
    if (this.#state !== 'attached') this.report()
  }

  /** Stops after the item in hand. */
  async stop(state: ReceiverState, error: ErrorRecord | null): Promise<void> {
    this.#settle(state, error)
    await this.#running
    this.report()
  }

  report(): void {
    const { self } = this.#options
    this.#reported = this.#loaded
    this.#options.publish({
      node: self.name,
      incarnation: self.incarnation,
      lane: 'jetstream',
      state: this.#state,
      attach: this.#attach,
      loaded: this.#loaded,
      processed: this.#processed,
      dropped: this.#dropped,
      failed: this.#failed,
      error: this.#error,
      latencyMs: this.#latency.summary,
    })
  }

  /** What was passed over; all there is up to the position has been processed, has failed, or was dropped. */
  get #dropped(): number {
    return this.#position - this.#first - this.#processed - this.#failed
  }

  #settle(state: ReceiverState, error: ErrorRecord | null): void {
    if (this.#state !== 'attached') return
    this.#state = state
    this.#error = error
    this.#abort.abort()
    this.#heard.notify()
  }

  async #run(): Promise<void> {
    const ahead: { chunk: Arriving; bytes: Promise<Buffer | undefined> }[] = []
    try {
      while (this.#state === 'attached') {
        this.#fill(ahead)
        const head = ahead.shift()
        if (head) await this.#process(head.chunk, await this.#whileFilling(head.bytes, ahead))
        else if (this.#finished()) break
        else await this.#heard.wait()
      }
    } catch (error) {
      this.#settle('stopped', toErrorRecord(error))
    } finally {
      await Promise.allSettled(ahead.map((each) => each.bytes))
    }
    if (this.#state === 'attached') this.#finish()
    this.report()
  }

  /** Begins to load as much ahead as the delivery allows. */
  #fill(ahead: { chunk: Arriving; bytes: Promise<Buffer | undefined> }[]): void {
    const { delivery, buffer } = this.#options.open
    if (delivery === 'live') this.#intake?.trim(Math.max(1, buffer - ahead.length))
    while (ahead.length < AHEAD[delivery] && (ahead.length === 0 || this.#held < HOLD_BYTES)) {
      const chunk = this.#intake?.take()
      if (!chunk) return
      this.#held += chunk.bytes
      const bytes = loadChunk(chunk, {
        lane: this.#options.lane,
        heard: this.#heard,
        signal: this.#abort.signal,
        onPart: (length) => this.#credit(length),
      })
      bytes.catch(() => undefined)
      ahead.push({ chunk, bytes })
    }
  }

  /** Word of new chunks is acted upon while the head is on its way. */
  async #whileFilling(
    bytes: Promise<Buffer | undefined>,
    ahead: { chunk: Arriving; bytes: Promise<Buffer | undefined> }[],
  ): Promise<Buffer | undefined> {
    let arrived = false
    const done = bytes.finally(() => (arrived = true))
    while (!arrived) {
      await Promise.race([done, this.#heard.wait()])
      if (!arrived) this.#fill(ahead)
    }
    return bytes
  }

  async #process(chunk: Arriving, bytes: Buffer | undefined): Promise<void> {
    this.#held -= chunk.bytes
    if (bytes === undefined) {
      if (this.#options.open.delivery === 'lossless' && this.#state === 'attached') {
        throw new DaffiError('DAFFI_STREAM_LOST', `items from ${chunk.first} on are gone from the server`)
      }
      return
    }
    if (chunk.kind) {
      this.#position = chunk.first
      await this.#deliver(decodeBytes(chunk.kind, bytes), chunk.time)
      return
    }
    let turn = performance.now()
    const values = decodeValues(bytes)
    for (const [index, value] of values.entries()) {
      if (this.#state !== 'attached') return
      this.#position = chunk.first + index
      const running = this.#deliver(value, chunk.time)
      if (running) await running
      if (performance.now() - turn > TURN_MS) {
        await new Promise((resolve) => setImmediate(resolve))
        turn = performance.now()
      }
    }
  }

  #deliver(item: unknown, time: number): Promise<void> | undefined {
    this.#latency.record(time)
    try {
      const result = this.#options.deliver(item)
      if (result instanceof Promise) {
        return result.then(
          () => this.#count(undefined),
          (error: unknown) => this.#count({ error }),
        )
      }
      this.#count(undefined)
    } catch (error) {
      this.#count({ error })
    }
    return undefined
  }

  #count(failure: { error: unknown } | undefined): void {
    const number = this.#position
    this.#position++
    if (failure === undefined) {
      this.#processed++
      return
    }
    this.#failed++
    if (this.#options.open.onError === 'skip') return
    const record = toErrorRecord(failure.error)
    this.#settle('stopped', {
      ...record,
      message: `"${this.#options.open.call}" threw at item ${number}: ${record.message}`,
    })
  }

  #credit(bytes: number): void {
    this.#loaded += partCost(bytes)
    if (this.#loaded - this.#reported >= CREDIT_STEP) this.report()
  }

  #finished(): boolean {
    if (!this.#end || !this.#intake) return false
    if (this.#options.open.delivery === 'live') return this.#intake.empty
    return this.#intake.empty && this.#intake.whole && this.#intake.next === this.#end.count
  }

  #finish(): void {
    this.#position = Math.max(this.#position, this.#end?.count ?? 0)
    this.#settle('finished', null)
  }
}
