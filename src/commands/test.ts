import { Args, Flags } from '@oclif/core'
import { BaseCommand, FetchBar, TestView, writeJunit } from '../cli/index.js'
import { count } from '../runtime/core/text/count.js'
import type { TestFailure, TestResult } from '../runtime/index.js'

interface TestRunResult {
  passed: number
  failed: number
  tests: (Omit<TestResult, 'failures'> & { failures: Omit<TestFailure, 'frame'>[] })[]
}

export default class Test extends BaseCommand<TestRunResult> {
  static override summary = 'Run the tests of pipelines.'
  static override description = `Each test runs its pipeline on a server of its own, side by side with others, and compares what comes of it with what it expects.
Exit code 1 when a test fails, 78 when a file is at fault.`
  static override examples = [
    '<%= config.bin %> test',
    '<%= config.bin %> test pipelines/camera.test.yaml',
    '<%= config.bin %> test --junit report.xml',
  ]
  static override args = {
    file: Args.string({
      multiple: true,
      description: 'Pipeline files and *.test.yaml files; all of pipelines/ without one.',
    }),
  }
  static override flags = {
    junit: Flags.string({ summary: 'Write the results to this file as JUnit XML.', helpValue: 'FILE' }),
  }

  override async run(): Promise<TestRunResult> {
    const { args, flags } = await this.parse(Test)
    const { findTestFiles, loadTests, runTests } = await import('../runtime/index.js')
    const plans = await loadTests(args.file ?? (await findTestFiles()))
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

  /** On standard output, or with `--json` on standard error. */
  async #watch<T>(run: (view: TestView, bar: FetchBar) => Promise<T>): Promise<T> {
    using view = new TestView(this.jsonEnabled() ? process.stderr : process.stdout)
    using bar = new FetchBar()
    return await run(view, bar)
  }
}
