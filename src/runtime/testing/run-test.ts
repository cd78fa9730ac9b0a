import { addAbortListener } from 'node:events'
import { formatMs } from '../core/abort.js'
import { count } from '../core/count.js'
import { messageOf, toErrorRecord } from '../core/errors.js'
import { createLogger, type LogLevel } from '../core/logger.js'
import { callFunction } from '../node/index.js'
import type { Location, TestPlan } from '../pipeline/index.js'
import { judge, type Evidence, type Mismatch } from './judge/index.js'
import { judgeRun } from './judge/run.js'
import { PipelineRun } from './pipeline-run.js'

const SILENT = createLogger('silent')
/** Lines of the nodes that are shown of a test that failed. */
const LAST_LINES = 20

export interface TestFailure extends Location {
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
    const why = limit.aborted ? timedOut(test, run) : broken(error)
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
      const value = await callFunction(run.plan, call, {
        args,
        to,
        timeoutMs,
        server: {},
        signal,
        log: SILENT,
      })
      results.push({ value })
    } catch (error) {
      signal.throwIfAborted()
      results.push({ error: toErrorRecord(error) })
    }
  }
}

/** The run itself came to nothing. */
function broken(error: unknown): Mismatch {
  return { path: ['name'], message: messageOf(error), mayCome: false }
}

/** What kept a test from its end. */
function timedOut({ timeoutMs }: TestPlan, { observation }: PipelineRun): Mismatch {
  const { starting, unsettled } = observation
  const going = [
    ...starting.map((node) => `${node} is not ready`),
    ...unsettled.map(({ node, call, items }) => {
      const soFar = items === undefined ? '' : `, with ${count(items, 'item')} so far`
      return `${node} has not finished ${call}${soFar}`
    }),
  ]
  const why = going.length > 0 ? going.join('; ') : 'what it expects did not come'
  return { path: ['timeout'], message: `not done after ${formatMs(timeoutMs)}: ${why}`, mayCome: false }
}
