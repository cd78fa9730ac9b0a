import * as Flags from '@oclif/core/flags'
import {
  BaseCommand,
  FetchBar,
  filesArg,
  namedPipelines,
  pipelineFlags,
  Screen,
  stderr,
  stdout,
  TestView,
  writeJunit,
} from '../cli/index.js'
import { count } from '../runtime/core/text/count.js'
import type { TestFailure, TestResult } from '../runtime/index.js'

interface TestRunResult {
  passed: number
  failed: number
  tests: (Omit<TestResult, 'failures'> & { failures: Omit<TestFailure, 'frame'>[] })[]
}

export default class Test extends BaseCommand<TestRunResult> {
  static override summary = 'Run the tests of pipelines.'
  static override description = `Runs each test's pipeline on a server of its own, several at a time, and compares the results with what the test expects.
The exit code is 1 when a test fails, 78 when a file has a fault.`
  static override examples = [
    '<%= config.bin %> test',
    '<%= config.bin %> test pipelines/camera.test.yaml',
    '<%= config.bin %> test --junit report.xml',
  ]
  static override args = {
    file: filesArg({ description: 'Pipeline files and *.test.yaml files; by default all in pipelines/.' }),
  }
  static override flags = {
    ...pipelineFlags,
    junit: Flags.string({ summary: 'Write the results to this file as JUnit XML.', helpValue: 'FILE' }),
  }

  override async run(): Promise<TestRunResult> {
    const { args, flags } = await this.parse(Test)
    const { findTestFiles, loadTests, runTests } = await import('../runtime/index.js')
    const named = namedPipelines(args, flags)
    const usual = async () => namedPipelines({ file: await findTestFiles() }, flags)
    const plans = await loadTests(named.length > 0 ? named : await usual())
    const tests = await this.#watch((view, bar) =>
      runTests(plans, {
        logLevel: flags['log-level'],
        stop: this.signals.stop,
        onStart: view.start,
        onResult: view.end,
        onFetch: bar.show,
      }),
    )
    if (flags.junit !== undefined) await writeJunit(flags.junit, tests)
    const failed = tests.filter((test) => !test.passed).length
    const passed = tests.length - failed
    this.log(`${count(passed, 'test')} passed, ${failed} failed`)
    if (failed > 0) process.exitCode = 1
    return {
      passed,
      failed,
      tests: tests.map(({ failures, ...test }) => ({
        ...test,
        failures: failures.map(({ frame: _, ...failure }) => failure),
      })),
    }
  }

  /** Shows the tests on standard output, or with `--json` on standard error. */
  async #watch<T>(run: (view: TestView, bar: FetchBar) => Promise<T>): Promise<T> {
    const screen = new Screen(this.jsonEnabled() ? stderr : stdout)
    using view = new TestView(screen)
    using bar = FetchBar.beside(screen)
    return await run(view, bar)
  }
}
