export { runInBackground, type BackgroundRun } from './background/run-in-background.js'
export type { CallReport } from './ipc/node-reports.js'
export { nodeNamed } from './prepare/choose-nodes.js'
export { sourceNode } from './prepare/source-node.js'
export { withDeliveries } from './prepare/with-deliveries.js'
export { runNode, type NodeRunResult, type RunNodeOptions } from './run/run-node.js'
export { runPipeline, type RunPipelineOptions } from './run/run-pipeline.js'
export { watchFiles } from './run/watch-files.js'
export { viewPipeline, type ViewOptions } from './run/view-pipeline.js'
export type { NodeResult, PipelineResult } from './supervise/report/pipeline-result.js'
export { recordOf } from './supervise/report/event-lines.js'
export type { RunEvent } from './supervise/report/run-events.js'
export type { CallResult, StreamResult } from './supervise/report/run-results.js'
export { StageResults, type StageResult } from './supervise/report/stage-results.js'
export { streamsNamed } from './visit/look/choose-stream.js'
export { findStream, findStreams } from './visit/look/find-stream.js'
export { nextFrame, type NextFrame } from './visit/look/next-frame.js'
export {
  PipelineWatch,
  type NodeLook,
  type PipelineLook,
  type StageLook,
} from './visit/look/pipeline-watch.js'
export { tapStream, type TappedItem } from './visit/look/stream-tap.js'
export { attachRun } from './visit/runs/attach-run.js'
export { endRun } from './visit/runs/end-runs.js'
export { endedRun, runInfo, type EndedRun, type RunInfo, type RunNode } from './visit/runs/found-run.js'
export { RunsView, type RunsScope } from './visit/runs/look-at-runs.js'
export { orderNodes } from './visit/runs/order-nodes.js'
export { readLogs, type LogSelection } from './visit/runs/read-logs.js'
export { callFunction, type CallFunctionOptions } from './visit/call-function.js'
export {
  dropDeadLetters,
  listDeadLetters,
  replayDeadLetters,
  showDeadLetter,
  type ListedLetters,
  type ReplayedLetters,
  type ShownLetter,
} from './visit/dead-letters.js'
export { cancelJob, listJobs, retryJob, showJob, type CancelledJob } from './visit/jobs.js'
export { replayStream, type ReplayStreamOptions } from './visit/replay-stream.js'
export { clearStates, listStates, type StateList } from './visit/states.js'
export { cancelSchedule, listSchedules, type ScheduleInfo } from './visit/schedules.js'
