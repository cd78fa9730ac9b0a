import type { Plan } from '../../core/plan.js'
import type { Path } from '../diagnose/diagnostic.js'
import type { StreamExpectationEntry } from '../schema/test.js'

/** One test of a pipeline, checked and complete. */
export interface TestPlan {
  name: string
  /** The file that holds it. */
  file: string
  timeoutMs: number
  /** The pipeline with the test's sources and mocks in place of its own. */
  pipeline: Plan
  expect: Expectations
  /** Where a part of the test stands in its file. */
  locate: (path: Path) => Location
}

export interface Location {
  /** From 1. */
  line: number
  /** From 1. */
  column: number
  /** As `tests[0].expect.streams.show.items`. */
  path: string
  /** The lines around it, the place marked. */
  frame: string
}

/** What has to come of a test; nodes written out as their processes. */
export interface Expectations {
  /** By the callback that they go to. */
  streams: Record<string, StreamExpectationEntry>
  calls: CallExpectation[]
  results: ResultExpectation[]
  /** By node as it is written. */
  logs: Record<string, { processes: string[]; match: RegExp }>
}

export interface CallExpectation {
  call: string
  /** At least once when undefined. */
  times: number | undefined
  /** Only calls with these count; all when undefined. */
  args: unknown[] | undefined
}

export interface ResultExpectation {
  call: string
  to: string | undefined
  args: unknown[]
  equals: unknown
}
