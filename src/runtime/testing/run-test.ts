import { addAbortListener } from 'node:events'
import { toErrorRecord } from '../core/errors.js'
import type { LogLevel } from '../core/logger.js'
import type { TestLocation, TestPlan } from '../pipeline/index.js'
import { judge, type Evidence, type Mismatch } from './judge/index.js'
import { broken, judgeRun, timedOut } from './judge/run.js'
import { PipelineRun } from './pipeline-run.js'

/** Lines of the nodes that are shown of a test that failed. */
const LAST_LINES = 20

export interface TestFailure extends TestLocation {
  message: string
  /** Undefined where there is nothing to compare. */
  expected: unknown
  actual: unknown
}

export interface TestResult {
  file: string
  name: string
  /** From 1. */
  line: number
  passed: boolean
  seconds: number
  /** Everything that was not as expected. */
  failures: TestFailure[]
  /** The last lines that the nodes printed; none of a test that passed. */
  output: string[]
}

export interface TestOptions {
  /** Least level of the nodes' own lines. */
  logLevel: LogLevel
  /** Gives the test up. */
  stop: AbortSignal
}

/**
 * Runs one test: until every call of the pipeline has finished, the test's own calls were made, and what may still come has
 * come; at most for as long as its timeout says. Nothing of it is left when this resolves; undefined when it was given up.
 */
export async function runTest(
  test: TestPlan,
  { logLevel, stop }: TestOptions,
): Promise<TestResult | undefined> {
  const started = performance.now()
  const run = await PipelineRun.start(test.pipeline, logLevel)
  const limit = new AbortController()
  const timer = setTimeout(() => limit.abort(), test.timeoutMs)
  const listener = addAbortListener(stop, () => limit.abort())
  const mismatches = await watch(test, run, limit.signal)
  clearTimeout(timer)
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
    failures: mismatches.map(({ path, message, expected, actual }) => ({
      ...test.locate(path),
      message,
      expected,
      actual,
    })),
    output: passed ? [] : lines.slice(-LAST_LINES).map(({ node, line }) => `${node} | ${line}`),
  }
}

/** Watches a run to its end, and judges it. */
async function watch(test: TestPlan, run: PipelineRun, limit: AbortSignal): Promise<Mismatch[]> {
  const { expect } = test
  const { observation } = run
  const results: Evidence['results'] = []
  const { called, lines } = observation
  const found = (streams = observation.streams): Mismatch[] =>
    judge(expect, { streams, called, lines, results })
  try {
    if (await run.settled(limit)) await makeCalls(test, run, results, limit)
    await run.until(() => !found().some(({ mayCome }) => mayCome), limit)
    run.stop()
    const { streams } = await run.result
    return [...judgeRun(test, observation.errors), ...found(streams)]
  } catch (error) {
    const why = limit.aborted ? timedOut(test, observation) : broken(error)
    run.force()
    return [why, ...judgeRun(test, observation.errors), ...found()]
  }
}

/** The test's own calls, one after the other. */
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
