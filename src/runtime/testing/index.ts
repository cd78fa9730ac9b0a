export type { ObservedCall, ObservedLine } from './run/observation.js'
export type { StageResult } from '../node/index.js'
export { chooseTests } from './choose-tests.js'
export type { TestFailure, TestResult } from './run-test.js'
export { runTests, type RunTestsOptions } from './run-tests.js'
export { updateTests } from './update-tests.js'
export {
  startPipeline,
  type RunningPipeline,
  type StartPipelineOptions,
  type UntilOptions,
} from './start-pipeline.js'
