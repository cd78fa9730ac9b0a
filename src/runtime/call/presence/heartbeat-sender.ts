import type { NatsConnection, Subscription } from '@nats-io/transport-node'
import { listen, payloadLimit } from '../../nats/index.js'
import { pagesOf, pingSubject, presenceSubject, type Heartbeat, type PeerRecord } from './peer-record.js'

/** Heartbeats of which none was sent, after which this process must have stood still. */
const STOOD_STILL = 3
const PARENT_CHECK_MS = 250

/** Numbers that the main loop and the thread share, at these places. */
export type SharedState = BigInt64Array<SharedArrayBuffer>
/** Place of the time of the main loop's last turn, in nanoseconds by the clock that all threads share and that never jumps. */
export const LAST_TURN = 0
/** Place of a 1 while the heartbeats are the thread's. */
export const HAS_THREAD = 1

interface SenderOptions {
  nc: NatsConnection
  pipeline: string
  record: PeerRecord
  heartbeatMs: number
  /** State that the main loop and the thread share. */
  shared: SharedState
  /** Process with which this one is ended. */
  parentPid: number | undefined
  /** Subjects to publish on should this process be ended with its parent. */
  lastWills: ReadonlySet<string>
  /** Whether it is that of the main loop, which leaves all to the thread as soon as there is one. */
  inLoop: boolean
  /** Called when for some heartbeats this process, or the whole computer, did not run. */
  onStoodStill: () => void
}

/**
 * Sends a node's heartbeats from the thread that it is made in, answers those there who ask for the node's record, and ends the process
 * when its parent is gone.
 */
export class HeartbeatSender {
  readonly #options: SenderOptions
  readonly #pings: Subscription
  readonly #watching: NodeJS.Timeout | undefined
  #timer: NodeJS.Timeout | undefined
  /** Time of the last heartbeat, or of the start, by the clock, which goes on while the computer sleeps. */
  #last = 0
  /** Time since which this process has run without standing still, by the clock of the last turn. */
  #runningSince = 0n

  /** Begins to answer, and to watch the parent. */
  constructor(options: SenderOptions) {
    this.#options = options
    const { nc, pipeline, record, parentPid } = options
    const pages = pagesOf(record, payloadLimit(nc))
    this.#pings = listen(nc, pingSubject(pipeline, record), (message) =>
      message.respond(pages[Number(message.string())] ?? pages[0]),
    )
    if (parentPid === undefined) return
    this.#watching = setInterval(() => {
      if (process.ppid !== parentPid) void this.#onOrphaned()
    }, PARENT_CHECK_MS).unref()
  }

  /** Begins the heartbeats. They come at full seconds, so that those of many nodes come together and wake each of them once. */
  start(): void {
    this.#last = Date.now()
    this.#schedule()
  }

  #schedule(): void {
    const { heartbeatMs } = this.#options
    this.#timer = setTimeout(() => this.#publish(), heartbeatMs - (Date.now() % heartbeatMs)).unref()
  }

  /** Ends all of it. */
  stop(): void {
    clearTimeout(this.#timer)
    clearInterval(this.#watching)
    this.#pings.unsubscribe()
  }

  #publish(): void {
    const { nc, pipeline, record, heartbeatMs, shared, inLoop, onStoodStill } = this.#options
    // After a long block this comes before the message of the thread that has begun meanwhile.
    if (inLoop && Atomics.load(shared, HAS_THREAD) === 1n) return
    this.#schedule()
    const now = Date.now()
    // The process was stopped, or the computer asleep: the others may have given it up.
    if (now - this.#last > STOOD_STILL * heartbeatMs) {
      this.#runningSince = process.hrtime.bigint()
      onStoodStill()
    }
    this.#last = now
    const heartbeat: Heartbeat = { name: record.name, id: record.incarnation, blockedMs: this.#blockedMs() }
    if (!nc.isClosed()) nc.publish(presenceSubject(pipeline, 'beat'), JSON.stringify(heartbeat))
  }

  /** Time for which the loop has not turned at least: it is only known to turn once in a heartbeat, and not while the process stood still. */
  #blockedMs(): number {
    const { shared, heartbeatMs } = this.#options
    const lastTurn = Atomics.load(shared, LAST_TURN)
    const since = lastTurn > this.#runningSince ? lastTurn : this.#runningSince
    const ms = Math.round(Number(process.hrtime.bigint() - since) / 1e6)
    return ms < 2 * heartbeatMs ? 0 : ms - heartbeatMs
  }

  async #onOrphaned(): Promise<void> {
    // A heartbeat after the goodbye would be that of an unknown peer.
    this.stop()
    // Loaded only now, since the thread of every node would keep it in memory a second time.
    const { dieWithParent } = await import('./die-with-parent.js')
    await dieWithParent(this.#options)
  }
}
