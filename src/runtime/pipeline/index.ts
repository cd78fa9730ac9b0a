export { checkPipeline, type CheckOptions } from './load/check-pipeline.js'
export type { CheckedPipeline } from './load/checked-pipeline.js'
export { checkFiles } from './load/check-files.js'
export type { Fault } from './diagnose/diagnostic.js'
export { findPipelineFile, findTestFiles, type FindOptions } from './read/find-file.js'
export { formatFault } from './diagnose/format-diagnostic.js'
export { loadModifier, loadPipeline, loadTests } from './load/load.js'
export type {
  CallExpectation,
  Expectations,
  Location,
  ResultExpectation,
  TestPlan,
} from './plan/test-plan.js'
export { loadVariant, type MockInput, type Replacements, type SourceInput } from './load/load-variant.js'
