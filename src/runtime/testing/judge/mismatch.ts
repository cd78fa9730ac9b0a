import type { ErrorRecord } from '../../core/errors.js'
import type { StreamSummary } from '../../core/summary.js'
import type { ObservedCall, ObservedLine } from '../observation.js'

/** Something that is not as a test expects it. */
export interface Mismatch {
  /** The part of the test. */
  path: (string | number)[]
  /** What of it, such as `items`; or the whole story, where there is nothing to compare. */
  message: string
  /** Undefined where there is nothing to compare. */
  expected?: unknown
  actual?: unknown
  /** Whether waiting may still mend it. */
  mayCome: boolean
}

/** What there is to judge by. */
export interface Evidence {
  streams: StreamSummary[]
  called: ObservedCall[]
  lines: ObservedLine[]
  /** What the test's own calls gave; one that was not made yet is absent. */
  results: ({ value: unknown } | { error: ErrorRecord })[]
}
