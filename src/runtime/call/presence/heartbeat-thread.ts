import { setTimeout as delay } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import type { NatsConnection } from '@nats-io/transport-node'
import { isErrorCode } from '../../core/error-codes.js'
import { DaffiError, fromErrorRecord, messageOf, type ErrorRecord } from '../../core/errors.js'
import type { Logger } from '../../core/logger.js'
import { packageFile } from '../../core/process/package-file.js'
import type { ServerAddress } from '../../nats/index.js'
import type { CallTiming } from '../wire/timing.js'
import { HAS_THREAD, HeartbeatSender, LAST_TURN, type SharedState } from './heartbeat-sender.js'
import type { PeerRecord } from './peer-record.js'

/** Data that the worker is started with. */
export interface HeartbeatData {
  address: ServerAddress
  pipeline: string
  record: PeerRecord
  shared: SharedState
  parentPid: number | undefined
  heartbeatMs: number
}

/**
 * A message to the worker. A last will, as in MQTT, is a subject to publish on should this process be ended with its
 * parent.
 */
export type MessageToWorker = { kind: 'setLastWill' | 'clearLastWill'; subject: string } | { kind: 'stop' }

/**
 * A message from the worker. `ready`: its heartbeats have begun. `stoodStill`: for some heartbeats this process, or the whole
 * computer, did not run. `refused`: the server does not allow its connection a subject.
 */
export type MessageFromWorker = 'ready' | 'stoodStill' | { refused: ErrorRecord }

interface HeartbeatOptions extends Omit<HeartbeatData, 'shared' | 'heartbeatMs'> {
  /** Connection of the main loop. */
  nc: NatsConnection
  log: Logger
  timing: CallTiming
  /** Called when the server does not allow the worker a subject, or a connection. */
  onRefused: (error: DaffiError) => void
}

/** Turns whose delay is remembered: a quarter of a minute of them, which is what those who ask usually let pass. */
const REMEMBERED_TURNS = 15
/** Time after the hello in which a node that runs nobody's code yet has no thread. */
const LONE_LOOP_MS = 500
/** Pause after which a thread that failed is started again, and between two looks for a server that is away. */
const RETRY_MS = 500
/** Failures in a row, each while the server answers the main loop, after which the node fails with the error. */
const MAX_FAILURES = 3

/** The environment without options for every thread, such as a tracer to load, which are for the program's own. */
function ownEnvironment(): NodeJS.ProcessEnv {
  const { NODE_OPTIONS: _, ...others } = process.env
  return others
}

/**
 * The heartbeats of a node: first from the main loop, then from a thread, which starts before code runs that may block the loop.
 * A thread takes as long to start as the rest of a node, and others would wait for it.
 */
export class HeartbeatThread {
  readonly #options: HeartbeatOptions
  readonly #shared = new BigInt64Array(new SharedArrayBuffer(16))
  #inLoop: HeartbeatSender
  #worker: Worker | undefined
  #exited: Promise<unknown> | undefined
  #failures = 0
  #starting: NodeJS.Timeout | undefined
  readonly #lastWills = new Set<string>()
  #onStoodStill: () => void = () => undefined
  /** Milliseconds by which the last turns were late. */
  readonly #delays: number[] = []
  readonly #turning: NodeJS.Timeout
  #isOver = false

  /** Begins to answer those who ask for the node's record. */
  constructor(options: HeartbeatOptions) {
    this.#options = options
    const { heartbeatMs } = options.timing
    let due = performance.now()
    const turn = (): void => {
      Atomics.store(this.#shared, LAST_TURN, process.hrtime.bigint())
      const now = performance.now()
      this.#delays.push(Math.max(0, now - due))
      if (this.#delays.length > REMEMBERED_TURNS) this.#delays.shift()
      due = now + heartbeatMs
    }
    turn()
    this.#turning = setInterval(turn, heartbeatMs)
    this.#turning.unref()
    this.#inLoop = this.#makeInLoop()
  }

  /** Longest time by which the main loop was late within the last turns, in milliseconds. */
  get loopDelayMs(): number {
    return Math.max(...this.#delays)
  }

  /** Begins the heartbeats. A node that receives one before this node's hello asks for the records of all. */
  start(): void {
    if (!this.#hasThread) this.#inLoop.start()
    this.#startLater(LONE_LOOP_MS)
  }

  /** Starts the thread, which is not waited for: it also starts while the loop is blocked. May be called again. */
  startThread(): void {
    if (this.#worker || this.#isOver) return
    clearTimeout(this.#starting)
    const { address, pipeline, record, parentPid, timing, onRefused } = this.#options
    const { heartbeatMs } = timing
    const workerData: HeartbeatData = {
      address,
      pipeline,
      record,
      parentPid,
      heartbeatMs,
      shared: this.#shared,
    }
    const worker = new Worker(packageFile('dist/runtime/call/presence/heartbeat-worker.js'), {
      workerData,
      // Small: it holds one connection and a few timers.
      resourceLimits: { maxOldGenerationSizeMb: 32, maxYoungGenerationSizeMb: 2, stackSizeMb: 1 },
      stdout: false,
      stderr: false,
      execArgv: [],
      env: ownEnvironment(),
    })
    worker.unref()
    this.#worker = worker
    this.#exited = new Promise((resolve) => worker.once('exit', resolve))
    worker.on('error', (error) => void this.#onFailed(error))
    worker.on('message', (message: MessageFromWorker) => {
      if (message === 'ready') this.#onReady()
      else if (message === 'stoodStill') this.#onStoodStill()
      else onRefused(fromErrorRecord(message.refused))
    })
    for (const subject of this.#lastWills) this.#post({ kind: 'setLastWill', subject })
  }

  /** @param listener called when this process runs again after it stood still */
  onStoodStill(listener: () => void): void {
    this.#onStoodStill = listener
  }

  setLastWill(subject: string): void {
    this.#lastWills.add(subject)
    this.#post({ kind: 'setLastWill', subject })
  }

  clearLastWill(subject: string): void {
    this.#lastWills.delete(subject)
    this.#post({ kind: 'clearLastWill', subject })
  }

  async stop(): Promise<void> {
    this.#isOver = true
    clearInterval(this.#turning)
    clearTimeout(this.#starting)
    this.#inLoop.stop()
    const worker = this.#worker
    if (!worker) return
    // Without this, a process that has nothing else to do ends right here, with exit code 13.
    worker.ref()
    if (this.#hasThread) this.#post({ kind: 'stop' })
    else void worker.terminate()
    await this.#exited
  }

  /** Whether the heartbeats are the thread's, which says so itself. */
  get #hasThread(): boolean {
    return Atomics.load(this.#shared, HAS_THREAD) === 1n
  }

  /** A method, for code that checks again: the compiler would assume that a property has not changed. */
  #hasEnded(): boolean {
    return this.#isOver
  }

  #startLater(ms: number): void {
    this.#starting = setTimeout(() => this.startThread(), ms).unref()
  }

  #onReady(): void {
    this.#failures = 0
    this.#inLoop.stop()
  }

  /** Starts the thread anew, such as when there was no server just then. Until then the heartbeats are those of the loop. */
  async #onFailed(error: unknown): Promise<void> {
    const { nc, log, record, onRefused } = this.#options
    log.debug(`the thread of ${record.name}'s heartbeat: ${messageOf(error)}`)
    this.#worker = undefined
    if (this.#hasEnded()) return
    if (this.#hasThread) {
      Atomics.store(this.#shared, HAS_THREAD, 0n)
      this.#inLoop = this.#makeInLoop()
      this.#inLoop.start()
    }
    // A server that is away is waited for; one that answers has refused the thread.
    let wasAway = false
    while (!this.#hasEnded() && !(await answers(nc))) {
      wasAway = true
      await delay(RETRY_MS, undefined, { ref: false })
    }
    if (this.#hasEnded()) return
    if (!wasAway) this.#failures++
    if (this.#failures < MAX_FAILURES) this.#startLater(RETRY_MS)
    else onRefused(threadError(error))
  }

  #makeInLoop(): HeartbeatSender {
    const { heartbeatMs } = this.#options.timing
    const onStoodStill = (): void => this.#onStoodStill()
    const lastWills = this.#lastWills
    return new HeartbeatSender({
      ...this.#options,
      heartbeatMs,
      shared: this.#shared,
      inLoop: true,
      lastWills,
      onStoodStill,
    })
  }

  #post(message: MessageToWorker): void {
    this.#worker?.postMessage(message)
  }
}

/** Whether the server answers before the connection to it breaks. */
function answers(nc: NatsConnection): Promise<boolean> {
  return nc.flush().then(
    () => true,
    () => false,
  )
}

/** An error loses its class on the way from the worker, and keeps its fields. */
function threadError(error: unknown): DaffiError {
  const record = error as ErrorRecord
  if (isErrorCode(record.code)) return fromErrorRecord(record)
  return new DaffiError('DAFFI_INTERNAL', `the thread of the heartbeat failed: ${messageOf(error)}`)
}
