import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { isErrorCode } from '../../core/error-codes.js'
import { fromErrorRecord, type DaffiError, type ErrorRecord } from '../../core/errors.js'
import { packageFile } from '../../core/process/package-file.js'
import type { ServerAddress } from '../../nats/index.js'
import type { CallTiming } from '../wire/timing.js'
import type { PeerRecord } from './peer-record.js'

/** Data that the worker is started with. */
export interface HeartbeatData {
  address: ServerAddress
  pipeline: string
  record: PeerRecord
  /** Time of the main loop's last turn, in nanoseconds by the clock that all threads share and that never jumps. */
  loop: BigInt64Array
  parentPid: number | undefined
  heartbeatMs: number
}

/**
 * A message to the worker. A last will, as in MQTT, is a subject to publish on should this process be ended with its
 * parent.
 */
export type HeartbeatMessage =
  { kind: 'setLastWill' | 'clearLastWill'; subject: string } | { kind: 'beat' | 'stop' }

/**
 * A message from the worker. `stoodStill`: for some heartbeats this process, or the whole computer, did not run. `refused`: the
 * server does not allow its connection a subject.
 */
export type WorkerMessage = 'ready' | 'stoodStill' | { refused: ErrorRecord }

interface HeartbeatOptions extends Omit<HeartbeatData, 'loop' | 'heartbeatMs'> {
  timing: CallTiming
  /** Called when the server does not allow the worker a subject. */
  onRefused: (error: DaffiError) => void
}

/** Turns whose delay is remembered: a quarter of a minute of them, which is what those who ask usually let pass. */
const REMEMBERED_TURNS = 15

/** The environment without options for every thread, such as a tracer to load, which are for the program's own. */
function ownEnvironment(): NodeJS.ProcessEnv {
  const { NODE_OPTIONS: _, ...others } = process.env
  return others
}

/** The main thread's side of the heartbeat worker. */
export class HeartbeatThread {
  readonly #worker: Worker
  /** Milliseconds by which the last turns were late. */
  readonly #delays: number[] = []
  readonly #turning: NodeJS.Timeout
  readonly #ready: Promise<unknown>
  readonly #exited: Promise<unknown>

  constructor({ timing, onRefused, ...data }: HeartbeatOptions) {
    const { heartbeatMs } = timing
    const loop = new BigInt64Array(new SharedArrayBuffer(8))
    let due = performance.now()
    const turn = (): void => {
      Atomics.store(loop, 0, process.hrtime.bigint())
      const now = performance.now()
      this.#delays.push(Math.max(0, now - due))
      if (this.#delays.length > REMEMBERED_TURNS) this.#delays.shift()
      due = now + heartbeatMs
    }
    turn()
    this.#turning = setInterval(turn, heartbeatMs)
    this.#turning.unref()
    const workerData: HeartbeatData = { ...data, loop, heartbeatMs }
    this.#worker = new Worker(packageFile('dist/runtime/call/presence/heartbeat-worker.js'), {
      workerData,
      // Small: it holds one connection and a few timers.
      resourceLimits: { maxOldGenerationSizeMb: 32, maxYoungGenerationSizeMb: 2, stackSizeMb: 1 },
      stdout: false,
      stderr: false,
      execArgv: [],
      env: ownEnvironment(),
    })
    this.#worker.unref()
    // The listener is added at once: a message that came before it would be lost, and the wait would never end.
    this.#ready = once(this.#worker, 'message')
    this.#ready.catch(() => undefined)
    // Not `once`, which rejects at the error of a worker that fails.
    this.#exited = new Promise((resolve) => this.#worker.once('exit', resolve))
    this.#worker.on('message', (message: WorkerMessage) => {
      if (typeof message === 'object') onRefused(fromErrorRecord(message.refused))
    })
  }

  /**
   * Resolves when the worker answers pings for this node and is able to send heartbeats.
   * @throws DaffiError those of connecting
   */
  async ready(): Promise<void> {
    try {
      await this.#ready
    } catch (error) {
      // An error loses its class on the way from the worker, and keeps its fields.
      const record = error as ErrorRecord
      throw isErrorCode(record.code) ? fromErrorRecord(record) : error
    }
  }

  /** Longest time by which the main loop was late within the last turns, in milliseconds. */
  get loopDelayMs(): number {
    return Math.max(...this.#delays)
  }

  /** Begins the heartbeats. A node that receives one before this node's hello asks for the records of all. */
  startHeartbeats(): void {
    this.#post({ kind: 'beat' })
  }

  /** @param listener called when this process runs again after it stood still */
  onStoodStill(listener: () => void): void {
    this.#worker.on('message', (message: WorkerMessage) => {
      if (message === 'stoodStill') listener()
    })
  }

  setLastWill(subject: string): void {
    this.#post({ kind: 'setLastWill', subject })
  }

  clearLastWill(subject: string): void {
    this.#post({ kind: 'clearLastWill', subject })
  }

  async stop(): Promise<void> {
    clearInterval(this.#turning)
    // Without this, a process that has nothing else to do ends right here, with exit code 13.
    this.#worker.ref()
    this.#post({ kind: 'stop' })
    await this.#exited
  }

  #post(message: HeartbeatMessage): void {
    this.#worker.postMessage(message)
  }
}
