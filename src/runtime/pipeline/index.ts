export type { Diagnostic } from './diagnose/diagnostic.js'
export { checkFiles, type PipelineToCheck } from './load/check-files.js'
export { checkPipeline, type CheckOptions } from './load/check-pipeline.js'
export type { CheckedPipeline } from './load/checked-pipeline.js'
export { loadVariant, type MockInput, type Replacements, type SourceInput } from './load/load-variant.js'
export { loadConfig, loadModifier, loadPipeline, loadTests } from './load/load.js'
export type {
  CallExpectation,
  Expectations,
  FaultPlan,
  ResultExpectation,
  TestLocation,
  TestPlan,
} from './plan/test-plan.js'
export type { Amount } from './schema/test.js'
export { findPipelineFile, findTestFiles, type FindFileOptions } from './read/find-file.js'
