export { formatMs } from './core/abort.js'
export { parseDuration, type Duration } from './core/duration.js'
export { ERRORS, type ErrorCode } from './core/error-codes.js'
export {
  DaffiError,
  messageOf,
  toErrorRecord,
  type DaffiErrorOptions,
  type ErrorRecord,
} from './core/errors.js'
export { isFrame, PIXEL_FORMATS, type Frame, type PixelFormat } from './core/frame.js'
export { createLogger, LOG_LEVELS, type Logger, type LogLevel } from './core/logger.js'
export { nearest } from './core/nearest.js'
export { findProject } from './core/project.js'
export type { Lane, ReceiverState, ReceiverSummary, StreamSummary } from './core/summary.js'
export {
  checkPipeline,
  findPipelineFile,
  formatFault,
  loadPipeline,
  type CheckedPipeline,
  type CheckOptions,
  type Fault,
  type FindOptions,
} from './pipeline/index.js'
