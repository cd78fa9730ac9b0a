import { stderrLogger } from '../../../src/runtime/core/text/stderr-logger.js'
import { ownIdentity } from '../../../src/runtime/core/process/process-identity.js'
import { recheckRepeatedly, rejoinAfterBreaks } from '../../../src/runtime/call/client/rejoin.js'
import type { HeartbeatThread } from '../../../src/runtime/call/presence/heartbeat-thread.js'
import {
  pingSubject,
  presenceSubject,
  type PeerRecord,
} from '../../../src/runtime/call/presence/peer-record.js'
import { Presence } from '../../../src/runtime/call/presence/presence.js'
import { TIMING } from '../../../src/runtime/call/wire/timing.js'
import { NatsLink } from '../../../src/runtime/stream/protocol/nats-link.js'
import type { Deliver, StreamPorts } from '../../../src/runtime/stream/protocol/ports.js'
import { StreamReceiver } from '../../../src/runtime/stream/stream-receiver.js'
import { SimulatedConnection, type Latency } from './simulated-connection.js'
import { processes } from './simulated-processes.js'
import type { SimulatedServer } from './simulated-server.js'
import { Actor, type SimulatedTime } from './simulated-time.js'

export const PIPELINE = 'simulation'
const log = stderrLogger('silent')
/** Time within which a node that lives answers. */
const ANSWER_MS = 3500
/** Heartbeats of which none was sent, after which the process must have stood still; as in the heartbeat's thread. */
const STOOD_STILL = 3

export interface NodeOptions {
  time: SimulatedTime
  server: SimulatedServer
  name: string
  incarnation: string
  /** Whether the others can ask the kernel about it. */
  local: boolean
  graceMs: number
  latency: Latency
  /** Callback of streams; absent for a node that offers none. */
  deliver?: Deliver
}

/**
 * A node with the real presence and the real receiver of streams, on simulated connections. Its heartbeat is that of the
 * thread, which goes on while the main loop is blocked.
 */
export class SimulatedNode {
  readonly name: string
  readonly main: Actor
  readonly presence: Presence
  readonly ports: StreamPorts
  readonly record: PeerRecord
  readonly #thread: Actor
  readonly #options: NodeOptions
  readonly #connections: {
    main: SimulatedConnection
    control: SimulatedConnection
    bulk: SimulatedConnection
    heart: SimulatedConnection
  }
  readonly #leaving = new AbortController()
  #receiver: StreamReceiver | undefined
  #onStoodStill: () => void = () => undefined
  /** Whether it has its name, and was neither killed nor has left. */
  joined = false
  /** Reason why it is not, or not any more. */
  refused: unknown

  constructor(options: NodeOptions) {
    const { time, server, name, incarnation, local, graceMs, latency, deliver } = options
    this.#options = options
    this.name = name
    this.main = new Actor(time)
    this.#thread = new Actor(time)
    const connect = (owner: Actor, noEcho: boolean): SimulatedConnection =>
      new SimulatedConnection({ time, server, owner, latency, noEcho })
    this.#connections = {
      main: connect(this.main, true),
      control: connect(this.main, false),
      bulk: connect(this.main, false),
      heart: connect(this.#thread, false),
    }
    this.record = {
      name,
      incarnation,
      host: 'simulated',
      pid: processes.start(),
      processTable: local ? ownIdentity().processTable : incarnation,
      started: null,
      graceMs,
      callbacks: deliver ? { take: { min: 1, max: 1 } } : {},
    }
    const { main, control, bulk } = this.#connections
    this.presence = new Presence({
      nc: main.client,
      pipeline: PIPELINE,
      record: this.record,
      log,
      timing: TIMING,
      onNameLost: (error) => this.#fail(error),
    })
    const link = { control: control.client, bulk: new NatsLink(bulk.client) }
    this.ports = {
      pipeline: PIPELINE,
      self: { name, incarnation },
      peers: this.presence.peers,
      log,
      connections: () => Promise.resolve(link),
      answers: async (peer) => {
        const asking = control.request(pingSubject(PIPELINE, peer), undefined, { timeout: ANSWER_MS })
        return await asking.then(
          () => true,
          () => false,
        )
      },
      setLastWill: () => undefined,
      clearLastWill: () => undefined,
    }
  }

  get incarnation(): string {
    return this.record.incarnation
  }

  /** Attempts to give a writer the final counts, and whether they came to it. */
  finalReports(writer: SimulatedNode): boolean[] {
    const reports = this.#connections.control.requested.filter(({ subject }) => subject.endsWith('.progress'))
    return reports.map(({ arrived }) => arrived?.has(writer.#connections.control) ?? false)
  }

  /** Claims the name, offers the callback and says hello, as a client does. */
  async join(): Promise<void> {
    const { main, heart } = this.#connections
    const { deliver } = this.#options
    heart.subscribe(pingSubject(PIPELINE, this.record), {
      callback: (_error, message) => void message.respond(JSON.stringify(this.record)),
    })
    try {
      await this.presence.join()
    } catch (error) {
      this.#fail(error)
      return
    }
    if (deliver)
      this.#receiver = new StreamReceiver({
        nc: main.client,
        ports: this.ports,
        admit: () => ({ deliver, borrow: false }),
        // It asks the kernel about processes, and those of lanes have the pid of this one.
        clean: () => Promise.resolve(),
      })
    await main.client.flush()
    this.presence.announce()
    this.joined = true
    this.#beat()
    const heartbeat = {
      onStoodStill: (listener: () => void) => (this.#onStoodStill = listener),
    } as unknown as HeartbeatThread
    rejoinAfterBreaks({ nc: main.client, heartbeat, presence: this.presence, others: [] })
    const recheck = (): Promise<void> => this.presence.recheck()
    void recheckRepeatedly([recheck], TIMING.recheckMs, this.#leaving.signal)
  }

  /** SIGSTOP and SIGCONT. */
  pause(): void {
    this.main.pause()
    this.#thread.pause()
  }

  resume(): void {
    this.#thread.resume()
    this.main.resume()
  }

  /** A callback that blocks the loop: the heartbeat goes on. */
  block(): void {
    this.main.pause()
  }

  unblock(): void {
    this.main.resume()
  }

  hold(): void {
    for (const { link } of this.#all) link.pause()
  }

  release(): void {
    for (const { link } of this.#all) link.resume()
  }

  /** Breaks its connections, all or some. */
  break(downMs: number, which: (index: number) => boolean): void {
    this.#all.filter((_, index) => which(index)).forEach((connection) => connection.break(downMs))
  }

  /** SIGKILL. */
  kill(): void {
    this.joined = false
    this.#end()
  }

  /** Leaves in order. */
  async leave(): Promise<void> {
    this.joined = false
    this.#leaving.abort()
    await this.#receiver?.close(TIMING.shutdownMs)
    await this.presence.leave()
    this.#end()
  }

  get #all(): SimulatedConnection[] {
    return Object.values(this.#connections)
  }

  /** As a process that has lost its name or was refused: it leaves at once, and says goodbye as every node does. */
  #fail(error: unknown): void {
    this.refused = error
    void this.leave()
  }

  #end(): void {
    processes.end(this.record.pid)
    for (const connection of this.#all) this.#options.server.remove(connection)
    this.main.dead = true
    this.#thread.dead = true
  }

  /** Publishes a heartbeat at each full second, as the thread does. */
  #beat(last?: number): void {
    const { heartbeatMs } = TIMING
    const { time } = this.#options
    const beat = (): void => {
      if (last !== undefined && time.now - last > STOOD_STILL * heartbeatMs)
        this.main.after(0, this.#onStoodStill)
      const message = { name: this.name, id: this.incarnation, blockedMs: 0 }
      this.#connections.heart.publish(presenceSubject(PIPELINE, 'beat'), JSON.stringify(message))
      this.#beat(time.now)
    }
    this.#thread.after(heartbeatMs - (time.now % heartbeatMs), beat)
  }
}
