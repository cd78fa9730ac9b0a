import * as Flags from '@oclif/core/flags'
import {
  BaseCommand,
  coloursFor,
  FetchBar,
  filesArg,
  namedPipelines,
  pipelinesFlags,
  reportFailure,
  Screen,
  shownPath,
  stderr,
  stdout,
  testLines,
  TestView,
  writeJunit,
} from '../cli/index.js'
import { messageOf } from '../runtime/core/errors.js'
import { count } from '../runtime/core/text/count.js'
import type { TestFailure, TestPlan, TestResult } from '../runtime/index.js'

interface TestRunResult {
  passed: number
  failed: number
  /** Tests that `--bail` left out. */
  notRun: number
  tests: (Omit<TestResult, 'failures'> & { failures: Omit<TestFailure, 'frame' | 'becomes'>[] })[]
}

interface TestFlags {
  test: string[] | undefined
  bail: boolean
  update: boolean
  junit: string | undefined
  'log-level': Parameters<typeof import('../runtime/index.js').runTests>[1]['logLevel']
}

export default class Test extends BaseCommand<TestRunResult> {
  static override summary = 'Run the tests of pipelines.'
  static override description = `Runs each test's pipeline on a server of its own, several at a time, and compares the results with what the test expects.
The exit code is 1 when a test fails, 78 when a file has a fault.`
  static override examples = [
    '<%= config.bin %> test',
    '<%= config.bin %> test pipelines/camera.test.yaml',
    '<%= config.bin %> test -t alarm --watch',
    '<%= config.bin %> test --junit report.xml',
  ]
  static override args = {
    file: filesArg({ description: 'Pipeline files and *.test.yaml files; by default all in pipelines/.' }),
  }
  static override flags = {
    ...pipelinesFlags,
    test: Flags.string({
      char: 't',
      summary: 'Run the tests whose names contain this text; may be repeated.',
      helpValue: 'TEXT',
      multiple: true,
      multipleNonGreedy: true,
    }),
    bail: Flags.boolean({ summary: 'End with the first test that fails.' }),
    update: Flags.boolean({
      summary: 'Write what came into the files, in place of the expected values that differ.',
      // Each file that it writes would begin another run.
      exclusive: ['watch'],
    }),
    watch: Flags.boolean({
      summary: 'Run the tests again whenever one of their files changes, until Ctrl-C.',
    }),
    junit: Flags.string({ summary: 'Write the results to this file as JUnit XML.', helpValue: 'FILE' }),
  }

  override async run(): Promise<TestRunResult> {
    const { args, flags } = await this.parse(Test)
    const { findTestFiles, loadTests, chooseTests } = await import('../runtime/index.js')
    const named = namedPipelines(args, flags)
    const pipelines = named.length > 0 ? named : namedPipelines({ file: await findTestFiles() }, flags)
    const load = async (): Promise<TestPlan[]> => chooseTests(await loadTests(pipelines), flags.test ?? [])
    const plans = await load()
    return flags.watch ? await this.#runAgain(plans, load, flags) : await this.#runOnce(plans, flags)
  }

  /** Runs the tests now, and whenever a file has changed. Resolves with the last results when the command is to end. */
  async #runAgain(
    plans: TestPlan[],
    load: () => Promise<TestPlan[]>,
    flags: TestFlags,
  ): Promise<TestRunResult> {
    const { watchFiles } = await import('../runtime/index.js')
    const { stop } = this.signals
    await using watch = await watchFiles((error) => this.warn(`changes may be missed: ${messageOf(error)}`))
    const follow = (): Promise<void> =>
      watch.follow(
        plans.map(({ pipeline }) => pipeline),
        plans.map(({ file }) => file),
      )
    await follow()
    let result = await this.#runOnce(plans, flags)
    while (!stop.aborted) {
      this.log('Waiting for changes; Ctrl-C ends this.')
      const changed = await watch.next(stop).catch(() => undefined)
      if (!changed) break
      this.log(`\n${changed.map(shownPath).join(', ')} changed`)
      try {
        plans = await load()
        await follow()
        result = await this.#runOnce(plans, flags)
      } catch (error) {
        if (!(stop.aborted as boolean)) reportFailure(error, { json: false })
      }
    }
    return result
  }

  async #runOnce(plans: TestPlan[], flags: TestFlags): Promise<TestRunResult> {
    const { runTests, updateTests } = await import('../runtime/index.js')
    let tests = await this.#watch(flags.update, (view, bar) =>
      runTests(plans, {
        logLevel: flags['log-level'],
        bail: flags.bail,
        stop: this.signals.stop,
        onStart: view.start,
        onResult: view.end,
        onAbort: view.abort,
        onFetch: bar.show,
      }),
    )
    if (flags.update) {
      const { results, written } = await updateTests(tests)
      const output = this.jsonEnabled() ? stderr : stdout
      for (const [index, result] of results.entries())
        if (tests[index]?.passed === false)
          for (const line of testLines(result, coloursFor(output), result.passed)) output.line(line)
      for (const [file, values] of written) this.log(`${shownPath(file)}: ${count(values, 'value')} written`)
      tests = results
    }
    if (flags.junit !== undefined) await writeJunit(flags.junit, tests)
    const failed = tests.filter((test) => !test.passed).length
    const passed = tests.length - failed
    const notRun = plans.length - tests.length
    this.log(`${count(passed, 'test')} passed, ${failed} failed${notRun > 0 ? `, ${notRun} not run` : ''}`)
    process.exitCode = failed > 0 ? 1 : 0
    return {
      passed,
      failed,
      notRun,
      tests: tests.map(({ failures, ...test }) => ({
        ...test,
        failures: failures.map(({ frame: _, becomes: __, ...failure }) => failure),
      })),
    }
  }

  /** Shows the tests on standard output, or with `--json` on standard error. */
  async #watch<T>(update: boolean, run: (view: TestView, bar: FetchBar) => Promise<T>): Promise<T> {
    const screen = new Screen(this.jsonEnabled() ? stderr : stdout)
    using view = new TestView(screen, update)
    using bar = FetchBar.beside(screen)
    return await run(view, bar)
  }
}
