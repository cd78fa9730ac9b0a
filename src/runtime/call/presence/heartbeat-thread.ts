import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { packageFile } from '../../core/package-file.js'
import type { ServerAddress } from '../../nats/index.js'
import { BEAT_MS, type PeerRecord } from './peer-record.js'

export interface HeartData {
  address: ServerAddress
  pipeline: string
  record: PeerRecord
  /** When the main loop last turned, in milliseconds since the epoch. */
  loop: BigInt64Array
  parentPid: number | undefined
}

/** A will is a subject to publish on should the process be ended with its parent. */
export type HeartMessage = { kind: 'will' | 'revoke'; subject: string } | { kind: 'beat' | 'stop' }

/** The main thread's side of the heart. */
export class Pulse {
  readonly #worker: Worker
  readonly #turning: NodeJS.Timeout
  readonly #ready: Promise<unknown>

  constructor(data: Omit<HeartData, 'loop'>) {
    const loop = new BigInt64Array(new SharedArrayBuffer(8))
    const turn = (): void => {
      Atomics.store(loop, 0, BigInt(Date.now()))
    }
    turn()
    this.#turning = setInterval(turn, BEAT_MS)
    this.#turning.unref()
    const workerData: HeartData = { ...data, loop }
    this.#worker = new Worker(packageFile('dist/runtime/call/presence/heartbeat-worker.js'), {
      workerData,
      // Small: it holds one connection and a few timers.
      resourceLimits: { maxOldGenerationSizeMb: 32, maxYoungGenerationSizeMb: 2, stackSizeMb: 1 },
      stdout: false,
      stderr: false,
      execArgv: [],
    })
    this.#worker.unref()
    // Listened for from the start: a message that comes before is nobody's, and would be waited for for ever.
    this.#ready = once(this.#worker, 'message')
    this.#ready.catch(() => undefined)
  }

  /** Resolves when it answers for this node, and could beat; rejects when the worker could not connect. */
  async ready(): Promise<void> {
    await this.#ready
  }

  /** Beats from now on: whoever hears of a node before its hello asks for the records of all. */
  beat(): void {
    this.#post({ kind: 'beat' })
  }

  bequeath(subject: string): void {
    this.#post({ kind: 'will', subject })
  }

  revoke(subject: string): void {
    this.#post({ kind: 'revoke', subject })
  }

  async stop(): Promise<void> {
    clearInterval(this.#turning)
    // Without this, a process that has nothing else to do ends right here, with exit code 13.
    this.#worker.ref()
    const exited = once(this.#worker, 'exit')
    this.#post({ kind: 'stop' })
    await exited
  }

  #post(message: HeartMessage): void {
    this.#worker.postMessage(message)
  }
}
