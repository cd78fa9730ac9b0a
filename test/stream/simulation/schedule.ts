import { Random } from './random.js'

/** One fault: at a time, in milliseconds, and for how long. */
export type Fault =
  | { kind: 'pause' | 'block' | 'hold'; node: string; at: number; ms: number }
  /** Connections break, some of them or all, and are back after a while. */
  | { kind: 'break'; node: string; at: number; ms: number; connections: number }
  | { kind: 'stall'; at: number; ms: number }
  /** Messages are lost or come twice, each with this probability. */
  | { kind: 'noise'; at: number; ms: number; probability: number }
  /** SIGKILL; its supervisor may say goodbye after a while, and may start it again after `ms`. */
  | { kind: 'kill'; node: string; at: number; ms: number; goodbye: number | undefined; again: boolean }
  | { kind: 'leave'; node: string; at: number; ms: number; again: boolean }
  /** Somebody starts a node of a name that runs. */
  | { kind: 'second'; node: string; at: number; ms: number }

export type FaultKind = Fault['kind']

/** Course of one simulation. All of it comes from the seed. */
export interface Schedule {
  seed: number
  receivers: string[]
  /** Whether all nodes are on one host; else each is on its own. */
  local: boolean
  graceMs: number
  /** Absent: nothing is streamed, and only presence is at work. */
  delivery: 'live' | 'lossless' | undefined
  share: boolean
  /** Milliseconds between two items, and those that a callback takes. */
  itemMs: number
  callbackMs: number
  /** Longest time of a message between a node and the server, in milliseconds. */
  latencyMs: number
  /** Time by which all faults are over. */
  faultsMs: number
  faults: Fault[]
}

const KINDS: readonly FaultKind[] = [
  'pause',
  'block',
  'hold',
  'break',
  'stall',
  'noise',
  'kill',
  'leave',
  'second',
]
/** Lengths around the limits of the protocol, in milliseconds: blinks, some missed heartbeats, and more than a grace. */
const LENGTHS: readonly [number, number][] = [
  [50, 1000],
  [2000, 6000],
  [2000, 6000],
  [6000, 14_000],
]

/** @param streams whether the nodes stream, or only know each other */
export function randomSchedule(seed: number, streams: boolean): Schedule {
  const random = new Random(seed)
  const receivers = Array.from({ length: random.whole(1, 3) }, (_, index) => `r${index + 1}`)
  const delivery = random.pick(['live', 'lossless'] as const)
  const faults = Array.from({ length: random.whole(1, 5) }, () => randomFault(random, receivers))
  const ends = faults.map(({ at, ms }) => at + ms)
  return {
    seed,
    receivers,
    local: random.chance(0.5),
    graceMs: random.pick([5000, 8000]),
    delivery: streams ? delivery : undefined,
    share: random.chance(0.4),
    itemMs: random.pick([100, 200, 500]),
    callbackMs: random.pick([0, 0, 10, 20]),
    latencyMs: random.pick([1, 5, 50]),
    faultsMs: Math.max(...ends),
    faults,
  }
}

function randomFault(random: Random, receivers: readonly string[]): Fault {
  const kind = random.pick(KINDS)
  const node = random.pick(['w', ...receivers])
  const [shortest, longest] = random.pick(LENGTHS)
  const time = {
    at: Math.round(random.between(500, 10_000)),
    ms: Math.round(random.between(shortest, longest)),
  }
  if (kind === 'stall') return { kind, ...time }
  if (kind === 'noise') return { kind, ...time, probability: random.between(0.02, 0.4) }
  if (kind === 'break') return { kind, node, ...time, connections: random.whole(1, 15) }
  if (kind === 'leave') return { kind, node, ...time, again: random.chance(0.7) }
  if (kind !== 'kill') return { kind, node, ...time }
  const goodbye = random.chance(0.6) ? Math.round(random.between(0, 3000)) : undefined
  return { kind, node, ...time, goodbye, again: random.chance(0.7) }
}
