import { setMaxListeners } from 'node:events'
import { availableParallelism } from 'node:os'
import pMap from 'p-map'
import { ensureBinary, type FetchProgress } from '../binaries/index.js'
import { abortError } from '../core/abort.js'
import { count } from '../core/text/count.js'
import { isVideo } from '../core/plan/plan.js'
import type { TestPlan } from '../pipeline/index.js'
import { runTest, type TestOptions, type TestResult } from './run-test.js'

export interface RunTestsOptions extends TestOptions {
  /** Whether no further test runs after one that has failed. @default false */
  bail?: boolean
  /** Called with each test when it begins. */
  onStart?: (test: TestPlan) => void
  /** Called with the result of each test when it ends. */
  onResult?: (result: TestResult) => void
  /** Called with each test that was ended before it had a result. */
  onAbort?: (test: TestPlan) => void
  /** Progress of fetching nats-server and ffmpeg, which is done before the first test and takes none of its time. */
  onFetch?: (progress: FetchProgress) => void
}

/**
 * Runs tests in parallel, as many at a time as there are processors, each with a server of its own. Results are in the order
 * of the tests, without those that `bail` has ended or left out.
 * @throws DaffiError DAFFI_ABORTED, and those of `ensureBinary`
 */
export async function runTests(tests: TestPlan[], options: RunTestsOptions): Promise<TestResult[]> {
  const { onStart, onResult, onAbort, onFetch: onProgress, stop: signal } = options
  await ensureBinary('nats-server', { signal, onProgress })
  if (
    tests.some(({ pipeline }) =>
      Object.values(pipeline.sources).some((plan) => plan.kind !== 'view' && isVideo(plan)),
    )
  ) {
    await ensureBinary('ffmpeg', { signal, onProgress })
  }
  const bailing = new AbortController()
  const stop = AbortSignal.any([signal, bailing.signal])
  setMaxListeners(0, stop)
  const run = async (test: TestPlan): Promise<TestResult | undefined> => {
    if (stop.aborted) return undefined
    onStart?.(test)
    const result = await runTest(test, { ...options, stop })
    if (result) onResult?.(result)
    else onAbort?.(test)
    if (options.bail && result?.passed === false) bailing.abort()
    return result
  }
  const results = await pMap(tests, run, { concurrency: availableParallelism() })
  if (signal.aborted) throw abortError(signal, count(tests.length, 'test'))
  return results.filter((result) => result !== undefined)
}
