import type { ErrorRecord } from '../../core/errors.js'
import type { StreamSummary } from '../../core/plan/summary.js'
import type { StageResult } from '../../node/index.js'
import type { ObservedCall, ObservedLine } from '../run/observation.js'

/** One difference from what a test expects. */
export interface Mismatch {
  /** Path of the expectation in the test, for its line in the file. */
  path: (string | number)[]
  /** The name of the compared value, such as `items`; the whole message when nothing is compared. */
  message: string
  /** Undefined when nothing is compared. */
  expected?: unknown
  actual?: unknown
  /** Value by which the file would expect what came; undefined where none would. */
  becomes?: { path: (string | number)[]; value: unknown } | undefined
  /** Whether it may still become as expected while the run goes on. */
  mayStillPass: boolean
}

/** Everything observed of a run that expectations are compared with. */
export interface Evidence {
  streams: StreamSummary[]
  stages: StageResult[]
  called: ObservedCall[]
  lines: ObservedLine[]
  /** Results of the test's own calls, in their order, as far as they were made. */
  results: ({ value: unknown } | { error: ErrorRecord })[]
}
