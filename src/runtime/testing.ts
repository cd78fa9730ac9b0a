/** The public module `daffi/testing`: a running pipeline for the tests of a program. */
export type { MockInput, Replacements, SourceInput } from './pipeline/index.js'
export {
  startPipeline,
  type ObservedCall,
  type ObservedLine,
  type RunningPipeline,
  type StageResult,
  type StartPipelineOptions,
  type UntilOptions,
} from './testing/index.js'
