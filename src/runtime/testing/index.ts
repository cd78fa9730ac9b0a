export type { TestFailure, TestResult } from './run-test.js'
export { runTests, type RunTestsOptions } from './run-tests.js'
