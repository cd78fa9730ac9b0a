import type { ReceiverSummary, StreamSummary } from '../../core/plan/summary.js'
import type { Expectations } from '../../pipeline/index.js'
import { isWithin } from './amount.js'
import type { Evidence, Mismatch } from './mismatch.js'

type StreamExpectation = Expectations['streams'][string]
type FramesExpectation = NonNullable<StreamExpectation['frames']>

/** Difference of one stream; its path begins there. */
type StreamMismatch = Omit<Mismatch, 'becomes'> & { becomes?: { value: unknown } | undefined }

/** Compares streams, by the callback that they go to. When several go to one, their counts are added up. */
export function judgeStreams(expected: Expectations['streams'], evidence: Evidence): Mismatch[] {
  return Object.entries(expected).flatMap(([call, { frames, ...counts }]) => {
    const streams = evidence.streams.filter((stream) => stream.call === call)
    const at = ({ becomes, ...mismatch }: StreamMismatch): Mismatch => {
      const path = ['expect', 'streams', call, ...mismatch.path]
      const message = `${mismatch.message} of ${call}`
      return { ...mismatch, path, message, becomes: becomes && { path, ...becomes } }
    }
    return [...judgeCounts(counts, streams), ...judgeFrames(call, frames ?? {}, streams, evidence)].map(at)
  })
}

function judgeCounts(
  expected: Omit<StreamExpectation, 'frames'>,
  streams: StreamSummary[],
): StreamMismatch[] {
  const receivers = streams.flatMap((stream) => Object.values(stream.receivers))
  const total = (count: (receiver: ReceiverSummary) => number): number =>
    receivers.reduce((sum, receiver) => sum + count(receiver), 0)
  const actual = {
    items: streams.reduce((sum, { items }) => sum + items, 0),
    lost: total(({ lost }) => lost),
    dropped: total(({ dropped }) => dropped),
    failed: total(({ failed }) => failed),
    unmatched: total(({ unmatched = 0 }) => unmatched),
  }
  const keys = ['items', 'lost', 'dropped', 'failed', 'unmatched'] as const
  const mismatches: StreamMismatch[] = keys.flatMap((key) => {
    const wanted = expected[key]
    if (wanted === undefined || isWithin(actual[key], wanted)) return []
    // Bounds were chosen, and not seen.
    const becomes = typeof wanted === 'number' ? { value: actual[key] } : undefined
    return [{ ...mismatch(key, wanted, actual[key]), becomes }]
  })
  const names = [...new Set(streams.flatMap((stream) => Object.keys(stream.receivers)))].sort()
  const wanted = expected.receivers?.toSorted()
  if (wanted && wanted.join() !== names.join())
    mismatches.push({ ...mismatch('receivers', wanted, names), becomes: { value: names } })
  return mismatches
}

function judgeFrames(
  call: string,
  { count, rate, hash }: FramesExpectation,
  streams: StreamSummary[],
  { called }: Evidence,
): StreamMismatch[] {
  const mismatches: StreamMismatch[] = []
  const receivers = streams.flatMap((stream) => Object.entries(stream.receivers))
  const processed = receivers.map(([name, receiver]) => [name, receiver.processed] as const)
  if (count !== undefined && !all(processed, (number) => number === count)) {
    mismatches.push({
      ...mismatch('count', count, Object.fromEntries(processed)),
      becomes: sameIn(processed),
    })
  }
  const rates = streams.map(
    ({ from, items, seconds }) => [from, rounded(items / (seconds || Infinity))] as const,
  )
  if (rate && !all(rates, (each) => each >= (rate.min ?? 0) && each <= (rate.max ?? Infinity))) {
    mismatches.push(mismatch('rate', rate, Object.fromEntries(rates)))
  }
  if (hash !== undefined) {
    const given = (name: string) => called.filter(({ node, callback }) => node === name && callback === call)
    const hashes = receivers.map(([name]) => [name, given(name).at(-1)?.hash ?? null] as const)
    const mayStillPass = receivers.some(([name, each]) => given(name).length < each.processed)
    if (!all(hashes, (each) => each === hash)) {
      mismatches.push({
        ...mismatch('hash', hash, Object.fromEntries(hashes)),
        becomes: sameIn(hashes),
        mayStillPass,
      })
    }
  }
  return mismatches.map((each) => ({ ...each, path: ['frames', ...each.path] }))
}

/** The value that all have; undefined when they differ, or have none. */
function sameIn(entries: readonly (readonly [unknown, unknown])[]): { value: unknown } | undefined {
  const [value, ...others] = new Set(entries.map(([, each]) => each))
  return others.length > 0 || value === undefined || value === null ? undefined : { value }
}

/** Tells whether a condition holds for every value; false when there are none. */
function all<T>(entries: Iterable<readonly [unknown, T]>, condition: (value: T) => boolean): boolean {
  const values = [...entries].map(([, value]) => value)
  return values.length > 0 && values.every(condition)
}

function rounded(rate: number): number {
  return Number(rate.toFixed(1))
}

function mismatch(key: string, expected: unknown, actual: unknown): StreamMismatch {
  return { path: [key], message: key, expected, actual, mayStillPass: false }
}
