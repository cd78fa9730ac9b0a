import { addAbortListener } from 'node:events'
import { toErrorRecord } from '../core/errors.js'
import type { LogLevel } from '../core/logger.js'
import { startTimer } from '../core/timer.js'
import type { TestLocation, TestPlan } from '../pipeline/index.js'
import { judge, type Evidence, type Mismatch } from './judge/index.js'
import { judgeRun, runFailed, timedOut } from './judge/run-errors.js'
import { Faults } from './faults.js'
import { PipelineRun } from './run/pipeline-run.js'

/** Number of the last lines that are shown when a test has failed. */
const MAX_LINES = 20

export interface TestFailure extends TestLocation {
  message: string
  /** Undefined when the failure is not a comparison. */
  expected: unknown
  actual: unknown
  /** Value by which the test would expect what came, and its path in the file; undefined where none would. */
  becomes?: Mismatch['becomes']
}

export interface TestResult {
  file: string
  name: string
  /** Line of the test in its file, counted from 1. */
  line: number
  passed: boolean
  seconds: number
  /** Every difference from what the test expects, and every error of the run. */
  failures: TestFailure[]
  /** The last lines that the nodes have printed; empty when the test has passed. */
  output: string[]
}

export interface TestOptions {
  /** Lowest level of the nodes' log lines. */
  logLevel: LogLevel
  /** Aborts the test. */
  stop: AbortSignal
}

/**
 * Runs one test until every call of the pipeline has finished, the test's own calls were made, and everything that it waits
 * for was observed; no longer than its timeout. No process and no file of the test is left when the promise resolves.
 * @returns undefined when the test was aborted
 */
export async function runTest(
  test: TestPlan,
  { logLevel, stop }: TestOptions,
): Promise<TestResult | undefined> {
  const started = performance.now()
  const run = await PipelineRun.start(test.pipeline, logLevel)
  const limit = new AbortController()
  const timer = startTimer(test.timeoutMs, () => limit.abort())
  const listener = addAbortListener(stop, () => limit.abort())
  const mismatches = await judgeToEnd(test, run, limit.signal)
  timer.cancel()
  listener[Symbol.dispose]()
  await run.close()
  if (stop.aborted) return undefined
  const { file, name } = test
  const { lines } = run.observation
  const passed = mismatches.length === 0
  return {
    file,
    name,
    line: test.locate(['name']).line,
    passed,
    seconds: (performance.now() - started) / 1000,
    failures: mismatches.map(({ path, message, expected, actual, becomes }) => ({
      ...test.locate(path),
      message,
      expected,
      actual,
      becomes: becomes && { ...becomes, path: ['tests', test.index, ...becomes.path] },
    })),
    output: passed ? [] : lines.slice(-MAX_LINES).map(({ node, line }) => `${node} | ${line}`),
  }
}

/** Waits for the end of a run, and compares it with what the test expects. */
async function judgeToEnd(test: TestPlan, run: PipelineRun, limit: AbortSignal): Promise<Mismatch[]> {
  const { expect } = test
  const { observation } = run
  const results: Evidence['results'] = []
  const faults = new Faults(test.faults, run)
  const { called, lines } = observation
  const found = (streams = observation.streams): Mismatch[] =>
    judge(expect, { streams, stages: observation.stages, called, lines, results })
  // Rejects only when the limit aborts, which is noticed here, too.
  faults.make(limit).catch(() => undefined)
  try {
    if (await run.settled(limit, () => faults.areDone)) await makeCalls(test, run, results, limit)
    await run.until(() => !found().some(({ mayStillPass }) => mayStillPass), limit)
    run.stop()
    const { streams } = await run.result
    return [...judgeRun(test, observation.errors), ...faults.judge(streams), ...found(streams)]
  } catch (error) {
    const why = limit.aborted ? timedOut(test, observation) : runFailed(error)
    run.force()
    return [why, ...judgeRun(test, observation.errors), ...found()]
  }
}

/** Makes the test's own calls, one after the other. */
async function makeCalls(
  { expect, timeoutMs }: TestPlan,
  run: PipelineRun,
  results: Evidence['results'],
  signal: AbortSignal,
): Promise<void> {
  for (const { call, to, args } of expect.results) {
    try {
      results.push({ value: await run.call(call, { args, to, timeoutMs, signal }) })
    } catch (error) {
      signal.throwIfAborted()
      results.push({ error: toErrorRecord(error) })
    }
  }
}
