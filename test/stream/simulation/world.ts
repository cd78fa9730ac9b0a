import { announceDeath } from '../../../src/runtime/call/presence/announce-death.js'
import type { Item, StreamRun } from './simulated-stream.js'
import { keepStreaming } from './simulated-stream.js'
import { Random } from './random.js'
import type { Fault, Schedule } from './schedule.js'
import { SimulatedConnection } from './simulated-connection.js'
import { PIPELINE, SimulatedNode } from './simulated-node.js'
import { SimulatedServer } from './simulated-server.js'
import { Actor, SimulatedTime } from './simulated-time.js'

type KillFault = Extract<Fault, { kind: 'kill' }>

/** One execution of a callback. */
export interface Taken extends Item {
  node: string
  incarnation: string
  at: number
}

/** End of a process, as a fault or by itself. */
export interface Ending {
  name: string
  at: number
  how: 'killed' | 'left' | 'refused'
}

/** A pipeline in which one node, `w`, streams to the others, while the faults of a schedule happen to it. */
export class World {
  readonly time = new SimulatedTime()
  readonly server: SimulatedServer
  readonly taken: Taken[] = []
  readonly runs: StreamRun[] = []
  readonly endings: Ending[] = []
  readonly nodes: SimulatedNode[] = []
  /** Members that a node took for gone while they had their names. */
  readonly mistaken: { by: SimulatedNode; peer: string; how: string; at: number; replaced: boolean }[] = []
  readonly #schedule: Schedule
  readonly #random: Random
  readonly #director: Actor
  readonly #supervisor: SimulatedConnection
  readonly #stopping = new AbortController()
  #noise = 0
  #incarnations = 0

  constructor(schedule: Schedule) {
    this.#schedule = schedule
    this.#random = new Random(schedule.seed ^ 0x5bd1e995)
    this.server = new SimulatedServer(this.time, () => this.#mishap())
    this.#director = new Actor(this.time)
    this.#supervisor = this.#connect(this.#director)
  }

  /** Starts the receivers and the writer, and has the faults happen in their time. */
  begin(): void {
    for (const name of ['w', ...this.#schedule.receivers])
      this.#director.after(this.#random.between(0, 300), () => this.#start(name))
    for (const fault of this.#schedule.faults) this.#director.after(fault.at, () => this.#cause(fault))
  }

  /** Ends the sources. */
  stop(): void {
    this.#director.after(0, () => this.#stopping.abort())
  }

  /** Ends all nodes. */
  end(): void {
    for (const node of this.living()) node.main.after(0, () => void node.leave())
  }

  /** Has somebody join for a while. */
  visit(ms: number): void {
    this.#director.after(0, () => this.#start('visitor'))
    this.#director.after(ms, () => this.end())
  }

  /** Nodes that have their names. */
  living(): SimulatedNode[] {
    return this.nodes.filter(({ joined }) => joined)
  }

  #start(name: string): void {
    const { local, graceMs, latencyMs, callbackMs } = this.#schedule
    const incarnation = `${name}i${++this.#incarnations}`
    const deliver = (item: unknown): Promise<void> | undefined => {
      this.taken.push({ ...(item as Item), node: name, incarnation, at: this.time.now })
      return callbackMs === 0 ? undefined : new Promise((resolve) => setTimeout(resolve, callbackMs))
    }
    const node = new SimulatedNode({
      time: this.time,
      server: this.server,
      name,
      incarnation,
      local,
      graceMs,
      latency: () => this.#random.between(0.1, latencyMs),
      ...(name === 'w' ? {} : { deliver }),
    })
    this.nodes.push(node)
    node.presence.peers.onLeave((peer, { how }) => {
      const gone = this.living().find(({ incarnation }) => incarnation === peer.incarnation)
      if (!gone) return
      const others = this.nodes.filter((other) => other.name === peer.name && other !== gone)
      const replaced = others.some(
        (other) => other.joined || other === node || this.#hasClaim(other.name, other.incarnation),
      )
      this.mistaken.push({ by: node, peer: peer.incarnation, how, at: this.time.now, replaced })
    })
    node.main.after(0, () => void this.#run(node))
  }

  async #run(node: SimulatedNode): Promise<void> {
    await node.join()
    if (node.refused !== undefined) this.#note(node, 'refused')
    if (node.name !== 'w' || !node.joined || !this.#schedule.delivery) return
    await keepStreaming({
      schedule: this.#schedule,
      node,
      now: () => this.time.now,
      stopping: this.#stopping.signal,
      onRun: (run) => this.runs.push(run),
    })
  }

  #cause(fault: Fault): void {
    const over = (undo: () => void): void => void this.#director.after(fault.ms, undo)
    if (fault.kind === 'stall') {
      this.server.actor.pause()
      over(() => this.server.actor.resume())
    } else if (fault.kind === 'noise') {
      this.#noise += fault.probability
      over(() => (this.#noise -= fault.probability))
    } else this.#trouble(fault, over)
  }

  #trouble(fault: Exclude<Fault, { kind: 'stall' | 'noise' }>, over: (undo: () => void) => void): void {
    if (fault.kind === 'second') {
      this.#start(fault.node)
      return
    }
    const node = this.living().find(({ name }) => name === fault.node)
    if (!node) return
    switch (fault.kind) {
      case 'pause':
        node.pause()
        over(() => node.resume())
        break
      case 'block':
        node.block()
        over(() => node.unblock())
        break
      case 'hold':
        node.hold()
        over(() => node.release())
        break
      case 'break':
        node.break(fault.ms, (index) => (fault.connections & (1 << index)) > 0)
        break
      case 'kill':
      case 'leave':
        this.#note(node, fault.kind === 'kill' ? 'killed' : 'left')
        if (fault.kind === 'kill') this.#kill(node, fault)
        else node.main.after(0, () => void node.leave())
        if (fault.again) over(() => this.#start(fault.node))
    }
  }

  /** Whether an incarnation has the claim of a name: it may not have said hello yet. */
  #hasClaim(name: string, incarnation: string): boolean {
    const claim = this.server.latest(`$KV.daffi_${PIPELINE}_names.${name}`)
    return claim !== undefined && Buffer.from(claim).includes(`"${incarnation}"`)
  }

  #kill(node: SimulatedNode, { goodbye, again }: Pick<KillFault, 'goodbye' | 'again'>): void {
    node.kill()
    if (goodbye === undefined) return
    const { name, incarnation } = node
    this.#director.after(goodbye, () => {
      const death = { name, incarnation, returns: again }
      void announceDeath(this.#supervisor.client, PIPELINE, death).catch(() => undefined)
    })
  }

  #note({ name }: SimulatedNode, how: Ending['how']): void {
    this.endings.push({ name, at: this.time.now, how })
  }

  #connect(owner: Actor): SimulatedConnection {
    return new SimulatedConnection({ time: this.time, server: this.server, owner, latency: () => 0.5 })
  }

  #mishap(): 'lost' | 'twice' | undefined {
    if (this.#noise === 0 || !this.#random.chance(this.#noise)) return undefined
    return this.#random.chance(0.5) ? 'lost' : 'twice'
  }
}
