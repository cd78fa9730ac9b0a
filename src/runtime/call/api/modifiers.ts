import type { Bytes } from '../../core/bytes.js'
import type { Duration } from '../../core/duration.js'
import type { Delivery, OnError } from '../../core/plan.js'
import type { ScheduleOptions } from '../../core/schedule.js'
import type { StreamSummary } from '../../core/summary.js'
import type { RetryOptions } from '../caller/retry.js'

export interface FGOptions {
  /** How long to wait for the result; 30 s by default, 0 for without limit. */
  timeout?: Duration
  /** Gives up the call, and aborts the callback's own signal. */
  signal?: AbortSignal
  /** Calls again when that failed, each time with the whole timeout; not by default. */
  retry?: RetryOptions
}

export interface BGOptions {
  /** How long the callback may take once it is due; without limit by default. */
  timeout?: Duration
  /** How long from now the callback is due; at once by default. */
  eta?: Duration
  /**
   * Keeps the job on the server's disk, so that it survives a crash of caller, worker and server; its result is kept
   * there for 24 hours. `false` by default: the job is this process's own.
   */
  durable?: boolean
}

export interface NoReturnOptions {
  /** How long from now the callback is due; at once by default. */
  eta?: Duration
}

export interface BroadcastOptions {
  /**
   * How long to wait for the slowest node once it is due; 30 s by default. One that does not answer is an error in
   * its place.
   */
  timeout?: Duration
  /** How long from now the callback is due; at once by default. */
  eta?: Duration
  /** With `false` nobody waits for the values: the call resolves when the server has it. `true` by default. */
  returnResult?: boolean
  signal?: AbortSignal
}

/**
 * Exactly one of `interval` (a second or more), `at` (one time or several; text as ISO 8601 has it) and `cron` (six
 * fields, seconds first; five are without seconds; in UTC).
 */
export interface PeriodOptions extends ScheduleOptions {
  /** Names the schedule: the same again takes its place. A random one by default. */
  uuid?: string
}

export interface StreamModifierOptions {
  /**
   * `lossless` by default: the slowest receiver sets the pace. `live` never slows the source: the newest wins.
   * `durable` keeps the items on the server's disk, so that writer, receivers and server may die and go on.
   */
  delivery?: Delivery
  /** Items that a live receiver may hold before the newest pushes out the oldest; 2 by default. */
  buffer?: number
  /**
   * What an error in the callback does: `stop` ends that receiver, `skip` counts it and goes on, `retry` gives it the
   * item again. `stop` by default, for durable `retry`.
   */
  onError?: OnError
  /**
   * The nodes that offer the callback divide the items among them, each item going to who is free; by default every
   * node gets every item. What a member that died had in hand is given to another when durable, else it counts as lost.
   */
  share?: boolean
  /**
   * How small items are packed together: bytes of a batch before it goes out (128 KiB; at most 1 MiB), and the longest
   * that it stays open while an earlier one is under way (2 ms; at most 10 s). Items that are shared go one by one.
   */
  batch?: { bytes?: Bytes; linger?: Duration }
  /**
   * The most that a ring of shared memory may take (256 MiB; at least 1 MiB); false leaves all receivers to the server.
   */
  shm?: { bytes?: Bytes } | false
  /**
   * For `onError: 'retry'`: attempts in all (5), the pause before the second (1 s), and how many times longer each
   * further pause is (2). An item that fails them all counts as failed; of a durable stream it becomes a dead letter.
   */
  retry?: { attempts?: number; delay?: Duration; backoff?: number }
  /** Identity of a durable stream, under which an unfinished one is resumed; by default made of this process's name, `source` and the callback. */
  name?: string
  /** The most that a durable stream keeps: age (24 h) and bytes (1 GiB). What has not been processed holds the writer back. */
  retention?: { age?: Duration; bytes?: Bytes }
  /** The source's name in the summary. */
  source?: string
  /** Called at the first item, then a few times a second. */
  onProgress?: (snapshot: StreamSummary) => void
  /** Aborted by the time the iterable ends, says that it was stopped before its own end: a durable stream stays unfinished. */
  stopping?: AbortSignal
  /** Ends the stream at once. To end it gently, end the iterable. */
  signal?: AbortSignal
}

interface OptionsOf {
  FG: FGOptions
  BG: BGOptions
  NO_RETURN: NoReturnOptions
  BROADCAST: BroadcastOptions
  PERIOD: PeriodOptions
  STREAM: StreamModifierOptions
}

export type ModifierKind = keyof OptionsOf

/** How a call is carried out. A modifier is a value; calling it sets options. */
export interface Modifier<K extends ModifierKind = ModifierKind> {
  readonly kind: K
  readonly options: OptionsOf[K]
}

/** A broadcast whose values nobody waits for. */
export interface SilentBroadcast extends Modifier<'BROADCAST'> {
  readonly options: BroadcastOptions & { returnResult: false }
}

interface Broadcast extends Modifier<'BROADCAST'> {
  (options: SilentBroadcast['options']): SilentBroadcast
  (options: BroadcastOptions): Modifier<'BROADCAST'>
}

type Settable<K extends ModifierKind> = Modifier<K> & ((options: OptionsOf[K]) => Modifier<K>)

function modifier<K extends ModifierKind>(kind: K, defaults: OptionsOf[K]): Settable<K> {
  const set = (options: OptionsOf[K]): Modifier<K> => ({ kind, options })
  return Object.assign(set, { kind, options: defaults })
}

/** Waits for the value, from one of the nodes that offer the callback. What a call does when nothing else is said. */
export const FG = modifier('FG', {})

/** Gives a job at once, whose result can be had later. */
export const BG = modifier('BG', {})

/** Resolves when the server has the call; nobody waits for a result. */
export const NO_RETURN = modifier('NO_RETURN', {})

/** Calls every node that offers the callback, and collects their values by node. */
export const BROADCAST = modifier('BROADCAST', {}) as Broadcast

/** Calls the callback again and again, kept on the server; one of the nodes that offer it runs each firing. */
export const PERIOD = (options: PeriodOptions): Modifier<'PERIOD'> => ({ kind: 'PERIOD', options })

/** Sends each item of one iterable to every node that offers the callback. */
export const STREAM = modifier('STREAM', {})
