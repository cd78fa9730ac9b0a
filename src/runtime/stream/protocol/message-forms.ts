import type { CopyRequest, LatestRequest } from './latest-messages.js'
import type { DurableOpen, DurableProgress } from './durable-messages.js'
import type { Accept, Announcement, Assignment, AttachCounts, End, Open, Part, Progress } from './messages.js'
import type { ShmDescriptor } from './refs.js'

type Check = (value: unknown) => boolean

const isString: Check = (value) => typeof value === 'string'
const isNumber: Check = (value) => typeof value === 'number'
const isBoolean: Check = (value) => typeof value === 'boolean'
const isBytes: Check = (value) => value instanceof Uint8Array
const isArray: Check = (value) => Array.isArray(value)
const isMap: Check = (value) => typeof value === 'object' && value !== null && !Array.isArray(value)

const oneOf =
  (...values: string[]): Check =>
  (value) =>
    values.includes(value as string)
const orNull =
  (is: Check): Check =>
  (value) =>
    value === null || is(value)
const orAbsent =
  (is: Check): Check =>
  (value) =>
    value === undefined || is(value)
const listOf =
  (is: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(is)

/** Makes the check of a map: every field of the type passes its own check. */
function mapOf<T>(fields: { [K in keyof Required<T>]: Check }): (value: unknown) => value is T {
  const checks = Object.entries<Check>(fields)
  return (value): value is T =>
    isMap(value) && checks.every(([name, is]) => is((value as Record<string, unknown>)[name]))
}

const isLane = oneOf('shm', 'jetstream')
const isState = oneOf('attached', 'finished', 'left', 'died', 'stopped')
const isLatency = orNull(mapOf<{ p50: number; p99: number }>({ p50: isNumber, p99: isNumber }))
const isError = orNull(mapOf<{ message: string }>({ message: isString }))

const counts = { attach: isNumber, processed: isNumber, dropped: isNumber, failed: isNumber }

const isAccept = mapOf<Accept>({
  what: oneOf('accept'),
  incarnation: isString,
  attach: isNumber,
  accepts: isNumber,
  first: isNumber,
  pin: orNull(isNumber),
  given: orAbsent(isNumber),
})

const isPart = mapOf<Part>({
  what: oneOf('part'),
  lane: isLane,
  accepts: isNumber,
  first: isNumber,
  count: isNumber,
  share: orAbsent(mapOf<Assignment>({ attach: isNumber, item: isNumber })),
  kind: orNull(isArray),
  bytes: isNumber,
  offset: isNumber,
  length: isNumber,
  time: isNumber,
  ref: isArray,
})

export const isOpen = mapOf<Open>({
  id: isString,
  call: isString,
  from: isString,
  incarnation: isString,
  delivery: oneOf('live', 'lossless', 'durable'),
  buffer: isNumber,
  onError: oneOf('stop', 'skip', 'retry'),
  yields: isBoolean,
  share: isBoolean,
  shm: orNull(mapOf<ShmDescriptor>({ pid: isNumber, fd: isNumber, nonce: isBytes })),
  retry: mapOf<Open['retry']>({ attempts: isNumber, delayMs: isNumber, backoff: isNumber }),
  durable: orAbsent(
    mapOf<DurableOpen>({
      stream: isString,
      subject: isString,
      run: isString,
      start: isNumber,
      ageMs: isNumber,
    }),
  ),
  to: listOf(isString),
})

export const areAnnouncements = listOf((value) => isPart(value) || isAccept(value)) as (
  value: unknown,
) => value is Announcement[]

export const isProgress = mapOf<Progress>({
  ...counts,
  node: isString,
  incarnation: isString,
  pid: isNumber,
  lane: isLane,
  state: isState,
  earlier: listOf(mapOf<AttachCounts>(counts)),
  loaded: isNumber,
  error: isError,
  latencyMs: isLatency,
})

export const isDurableProgress = mapOf<DurableProgress>({
  node: isString,
  incarnation: isString,
  reader: isString,
  state: isState,
  first: isNumber,
  position: isNumber,
  floor: isNumber,
  kept: orAbsent(isNumber),
  failed: isNumber,
  lost: isNumber,
  holds: orAbsent(listOf(isString)),
  error: isError,
  latencyMs: isLatency,
})

export const isEnd = mapOf<End>({
  count: isNumber,
  shares: orAbsent(isMap),
  error: isError,
  cut: isBoolean,
  drained: orAbsent(isBoolean),
  closed: isBoolean,
})

export const isLatestRequest = mapOf<LatestRequest>({ from: isNumber, lane: isLane })

export const isCopyRequest = mapOf<CopyRequest>({ ref: isArray, offset: isNumber, length: isNumber })
