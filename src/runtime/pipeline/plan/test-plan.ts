import type { Plan } from '../../core/plan/plan.js'
import type { Path } from '../diagnose/key-path.js'
import type { StageExpectationEntry, StreamExpectationEntry } from '../schema/test.js'

/** One test of a pipeline, checked and complete. */
export interface TestPlan {
  name: string
  /** File that contains the test. */
  file: string
  timeoutMs: number
  /** The pipeline with the test's sources and mocks in place of its own. */
  pipeline: Plan
  faults: FaultPlan[]
  expect: Expectations
  /** Position of the test in its file. */
  index: number
  /** Location of a key of the test in its file. */
  locate: (path: Path) => TestLocation
}

/** Fault that a test has. */
export interface FaultPlan {
  /** Stream, by its callback, and the number of the item with which the fault comes; undefined for one that comes at once. */
  at: { stream: string; item: number } | undefined
  /** Processes that are killed, or the server; undefined for a fault that the plan of the pipeline has. */
  kill: string[] | 'server' | undefined
}

/** Location of a key of a test. */
export interface TestLocation {
  /** From 1. */
  line: number
  /** From 1. */
  column: number
  /** Path in the file, such as `tests[0].expect.streams.show.items`. */
  path: string
  /** Lines around the location, which is marked. */
  frame: string
}

/** Outcome that a test expects; nodes are replaced by their processes. */
export interface Expectations {
  /** By callback that the stream goes to. */
  streams: Record<string, StreamExpectationEntry>
  /** By callback whose results are streamed on. */
  stages: Record<string, StageExpectationEntry>
  calls: CallExpectation[]
  results: ResultExpectation[]
  /** By node name as the file has it. */
  logs: Record<string, { processes: string[]; match: RegExp }>
}

export interface CallExpectation {
  call: string
  /** Number of calls; at least one when undefined. */
  times: number | undefined
  /** Arguments that a call must have to count; any when undefined. */
  args: unknown[] | undefined
}

export interface ResultExpectation {
  call: string
  to: string | undefined
  args: unknown[]
  equals: unknown
}
