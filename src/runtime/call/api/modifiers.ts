import type { Duration } from '../../core/duration.js'
import type { ScheduleOptions } from '../../core/text/schedule.js'
import type { StreamModifierOptions } from './stream-modifier-options.js'

export type { StreamModifierOptions } from './stream-modifier-options.js'

/** Conduct of a call while the nodes that it could go to have not yet received what is on its way to them. */
export interface BusyOptions {
  /**
   * `wait`: the call waits, within its timeout, until there is room for its arguments. `fail`: it fails at once with
   * DAFFI_BUSY.
   * @default 'wait'
   */
  busy?: 'wait' | 'fail' | undefined
}

/** Options of FG, a call whose value is waited for. */
export interface FGOptions extends BusyOptions {
  /**
   * Longest wait for the result: seconds when it is a number, or text such as `500ms`. 0 means no limit.
   * @default '30s'
   */
  timeout?: Duration | undefined
  /** Cancels the call when it aborts, and aborts the callback's own signal. @default none */
  signal?: AbortSignal | undefined
  /**
   * Repeats a call that failed, each time with the whole timeout.
   * @default undefined, which is a single attempt
   */
  retry?: RetryOptions | undefined
}

/** Further attempts with a call that failed. */
export interface RetryOptions {
  /** Number of attempts in all, the first one included; at least 1. */
  attempts: number
  /**
   * Pause before each further attempt: seconds when it is a number, or text such as `500ms`.
   * @default '1s'
   */
  delay?: Duration | undefined
  /**
   * Codes of the errors after which the call is repeated; codes that callbacks give their own errors count, too.
   * @default every error but those that the same call would meet again, such as DAFFI_ARGUMENT_COUNT
   */
  on?: readonly string[] | undefined
}

/** Time at which a call is due. `delay` and `eta` are the same; both at once are refused with DAFFI_USAGE. */
export interface DelayOptions {
  /**
   * Time until the callback is due: seconds when it is a number, or text such as `500ms`.
   * @default 0
   */
  delay?: Duration | undefined
  /** The same as `delay`, which is the standard name. @default none */
  eta?: Duration | undefined
}

/** Options of BG, a call in the background. */
export interface BGOptions extends DelayOptions, BusyOptions {
  /**
   * Longest time that the callback may take once it is due: seconds when it is a number, or text such as `5m`. 0 means
   * no limit.
   * @default 0
   */
  timeout?: Duration | undefined
  /**
   * Keeps the job on the server's disk, so that it survives a crash of caller, worker and server; its result is kept
   * there for 24 hours. Otherwise the job ends with the process that sent it.
   * @default false
   */
  durable?: boolean | undefined
  /**
   * Attempts with a durable job whose callback throws. After the last one the job has failed with the last error, and
   * lies among the dead letters, from where `daffi dead replay` puts it back.
   * @default undefined, which is a single attempt, without a dead letter
   */
  retry?: JobRetryOptions | undefined
  /**
   * Id of a durable job, 1 to 128 letters, digits, _ and -. While there is a job under this id, and for 24 hours after it has ended,
   * the same call under the same id is that job and is not run again, over crashes of caller, worker and server; another call under
   * it fails with DAFFI_JOB_ID_TAKEN. The arguments must fit into one message of the server.
   * @default a random one
   */
  id?: string | undefined
}

/** Attempts with a durable job. A crash of its node is not an attempt. */
export interface JobRetryOptions {
  /**
   * Number of attempts in all, the first one included; at least 1.
   * @default 5
   */
  attempts?: number | undefined
  /**
   * Pause before the second attempt: seconds when it is a number, or text such as `500ms`.
   * @default '1s'
   */
  delay?: Duration | undefined
  /**
   * Factor by which each further pause is longer; at least 1.
   * @default 2
   */
  backoff?: number | undefined
}

/** Options of NO_RETURN, a call without a result. */
export interface NoReturnOptions extends DelayOptions, BusyOptions {}

/** Options of BROADCAST, a call of the callback on every node that offers it. */
export interface BroadcastOptions extends DelayOptions, BusyOptions {
  /**
   * Longest wait for the slowest node once the call is due: seconds when it is a number, or text such as `500ms`. 0
   * means no limit. A node that does not answer in time has an error in place of its value.
   * @default '30s'
   */
  timeout?: Duration | undefined
  /**
   * Whether to wait for the values. With `false` the call resolves when every node has received it.
   * @default true
   */
  returnResult?: boolean | undefined
  /** Cancels the call when it aborts, and aborts the callbacks' own signals. @default none */
  signal?: AbortSignal | undefined
}

/** Options of PERIOD. Exactly one of `interval`, `at` and `cron` must be given. */
export interface PeriodOptions extends ScheduleOptions {
  /**
   * Id of the schedule. A second schedule of the same id replaces the first.
   * @default a random one
   */
  uuid?: string | undefined
}

/** The options of each modifier. */
export interface ModifierOptions {
  FG: FGOptions
  BG: BGOptions
  NO_RETURN: NoReturnOptions
  BROADCAST: BroadcastOptions
  PERIOD: PeriodOptions
  STREAM: StreamModifierOptions
}

/** Name of a modifier. */
export type ModifierKind = keyof ModifierOptions

/** Way in which a call is carried out. A modifier is a value; calling it sets options. */
export interface Modifier<K extends ModifierKind = ModifierKind> {
  readonly kind: K
  readonly options: ModifierOptions[K]
}

/** A broadcast that returns no values. */
export interface SilentBroadcast extends Modifier<'BROADCAST'> {
  readonly options: BroadcastOptions & { returnResult: false }
}

/** The modifier BROADCAST, which can be called to set options. */
export interface Broadcast extends Modifier<'BROADCAST'> {
  (options: SilentBroadcast['options']): SilentBroadcast
  (options: BroadcastOptions): Modifier<'BROADCAST'>
}

/** A modifier that can be used as it is, or called to set options. */
export type SettableModifier<K extends ModifierKind> = Modifier<K> &
  ((options: ModifierOptions[K]) => Modifier<K>)

function modifier<K extends ModifierKind>(kind: K, defaults: ModifierOptions[K]): SettableModifier<K> {
  const set = (options: ModifierOptions[K]): Modifier<K> => ({ kind, options })
  return Object.assign(set, { kind, options: defaults })
}

/**
 * Resolves with the value, from one of the nodes that offer the callback. A call without a modifier is sent in this
 * way.
 * @example
 * await g.call.add(1, 2).with(FG({ timeout: '5s', retry: { attempts: 3 } }))
 */
export const FG = modifier('FG', {})

/**
 * Resolves with a job at once, which gives the result later.
 * @example
 * const job = await g.call.add(1, 2).with(BG({ delay: '10s', durable: true }))
 * console.log(await job.get())
 */
export const BG = modifier('BG', {})

/**
 * Resolves when a node has received the call, which then carries it out unless it ends before; no result is returned.
 * @example
 * await g.call.log('started').with(NO_RETURN)
 */
export const NO_RETURN = modifier('NO_RETURN', {})

/**
 * Calls every node that offers the callback, and collects their values by node.
 * @example
 * const menus = await g.call.get_menu().with(BROADCAST({ timeout: '5s' }))
 */
export const BROADCAST = modifier('BROADCAST', {}) as Broadcast

/**
 * Calls the callback repeatedly, by a schedule on the server; each firing runs on one of the nodes that offer it.
 * @example
 * const task = await g.call.clean_up().with(PERIOD({ cron: '0 3 * * *' }))
 */
export const PERIOD = (options: PeriodOptions): Modifier<'PERIOD'> => ({ kind: 'PERIOD', options })

/**
 * Sends each item of one iterable to every node that offers the callback.
 * @example
 * const summary = await g.call.resize(pictures).with(STREAM({ delivery: 'durable' }))
 */
export const STREAM = modifier('STREAM', {})
