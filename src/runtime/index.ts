export {
  BROADCAST,
  context,
  DaffiError,
  ERRORS,
  FG,
  Global,
  isFrame,
  NO_RETURN,
  PIXEL_FORMATS,
  RemoteError,
  STREAM,
  StreamError,
  type BroadcastOptions,
  type Call,
  type Context,
  type DaffiErrorOptions,
  type Duration,
  type ErrorCode,
  type ErrorRecord,
  type FGOptions,
  type Frame,
  type Lane,
  type Logger,
  type PixelFormat,
  type ReceiverState,
  type ReceiverSummary,
  type ServerInfo,
  type StreamModifierOptions,
  type StreamSummary,
  type WaitOptions,
} from './library.js'
export type { FetchProgress } from './binaries/index.js'
export { createLogger, LOG_LEVELS, type LogLevel } from './core/logger.js'
export type { CallPlan, NodePlan, Plan } from './core/plan.js'
export { findProject } from './core/project.js'
export { runningPipeline } from './core/running.js'
export {
  callFunction,
  nodeNamed,
  runNode,
  runPipeline,
  sourceNode,
  type CallReport,
  type CallResult,
  type NodeRunResult,
  type PipelineResult,
  type RunEvent,
  type RunPipelineOptions,
} from './node/index.js'
export { checkPipeline, findPipelineFile, formatFault, loadPipeline, type Fault } from './pipeline/index.js'
