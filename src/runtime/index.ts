/** The inner door: the library, and besides it all that the command line needs. Packages import only `library.ts`. */
export * from './library.js'
export {
  BINARY_NAMES,
  ensureBinary,
  hasNpm,
  packageToFetch,
  searchBinary,
  warningOfFetched,
  type Binary,
  type BinaryName,
  type FetchProgress,
  type PassedOver,
  type Search,
} from './binaries/index.js'
export { toPlain } from './codec/index.js'
export { connectWithTiming } from './call/index.js'
export { LOG_LEVELS, type LogLevel } from './core/logger.js'
export type { CallbackPlan, CallPlan, NodePlan, Plan } from './core/plan/plan.js'
export { notOurs } from './core/ownership/ours.js'
export { CACHE_ELSEWHERE, cacheFolder } from './core/project/cache-folder.js'
export { whyUnwritable } from './core/project/folder-error.js'
export { faultOfProject, findProject } from './core/project/project.js'
export { CALLBACK_OPTIONS } from './core/plan/callback-options.js'
export { HEALTH_OPTIONS, RESTART_OPTIONS } from './core/plan/node-options.js'
export { STREAM_OPTIONS } from './core/stream/stream-options.js'
export { stderrLogger } from './core/text/stderr-logger.js'
export { isAtLeast } from './core/text/version.js'
export { examineState, joinProjectServer, openServer } from './nats/index.js'
export {
  callFunction,
  cancelJob,
  clearStates,
  cancelSchedule,
  dropDeadLetters,
  endedRun,
  attachRun,
  recordOf,
  endRun,
  findStream,
  findStreams,
  listDeadLetters,
  listJobs,
  listStates,
  type StateList,
  listSchedules,
  nextFrame,
  nodeNamed,
  orderNodes,
  PipelineWatch,
  readLogs,
  replayDeadLetters,
  replayStream,
  retryJob,
  runInBackground,
  runInfo,
  runNode,
  runPipeline,
  scheduleText,
  RunsView,
  showDeadLetter,
  showJob,
  sourceNode,
  streamsNamed,
  tapStream,
  withDeliveries,
  viewPipeline,
  visitPipeline,
  type BackgroundRun,
  type CallReport,
  type CallResult,
  type CancelledJob,
  type EndedRun,
  type ListedLetters,
  type NextFrame,
  type NodeLook,
  type NodeRunResult,
  type PipelineLook,
  type PipelineResult,
  type PipelineVisit,
  type ReplayedLetters,
  type RunEvent,
  type RunInfo,
  type RunNode,
  type RunsScope,
  type ScheduleInfo,
  type ShownLetter,
  type RunPipelineOptions,
  type StageLook,
  StageResults,
  type StageResult,
  type StreamResult,
  type TappedItem,
  watchFiles,
} from './node/index.js'
export { forgetEnded, runningPipeline, type NodeOrder, type RunFile, type ScaleOrder } from './runs/index.js'
export { noteRecord, type LogRecord } from './logs/index.js'
export type { JobList, JobSummary, ShownJob } from './call/index.js'
export { listCameras, type Camera, type CameraMode } from './source/index.js'
export {
  plannedStreams,
  streamNames,
  toPicture,
  type PictureType,
  type StreamView,
  type ViewerReach,
} from './view/index.js'
export type { ReplayStart, StoredDeadLetter } from './stream/index.js'
export {
  checkFiles,
  findPipelineFile,
  findTestFiles,
  loadConfig,
  loadModifier,
  loadPipeline,
  loadTests,
  type Diagnostic,
  type PipelineToCheck,
  type TestPlan,
} from './pipeline/index.js'
export { chooseTests, runTests, updateTests, type TestFailure, type TestResult } from './testing/index.js'
