/** What a program that imports daffi/testing gets: a running pipeline for its tests. */
export type { MockInput, SourceInput } from './pipeline/index.js'
export {
  startPipeline,
  type ObservedCall,
  type ObservedLine,
  type RunningPipeline,
  type StartPipelineOptions,
  type UntilOptions,
} from './testing/index.js'
