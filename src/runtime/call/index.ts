export type {
  Call,
  CallProxy,
  Streamable,
  StreamCall,
  TypedCallback,
  Untyped,
  UntypedCall,
  UntypedCallback,
  YieldingCall,
} from './api/call.js'
export { context, type Context, type State } from './api/context.js'
export type { Job } from './api/job.js'
export {
  BG,
  BROADCAST,
  FG,
  NO_RETURN,
  PERIOD,
  STREAM,
  type BGOptions,
  type Broadcast,
  type BroadcastOptions,
  type BusyOptions,
  type DelayOptions,
  type FGOptions,
  type JobRetryOptions,
  type Modifier,
  type ModifierKind,
  type ModifierOptions,
  type NoReturnOptions,
  type PeriodOptions,
  type RetryOptions,
  type SettableModifier,
  type SilentBroadcast,
  type StreamModifierOptions,
} from './api/modifiers.js'
export type { PipelineClient } from './api/pipeline-client.js'
export { letterStream, plannedStream } from './api/planned-stream.js'
export { RemoteError, remoteFields, type RemoteErrorFields } from './api/remote-error.js'
export type { ScheduledTask } from './api/scheduled-task.js'
export type { WaitOptions } from './api/wait-options.js'
export type { ConnectOptions, PeerInfo } from './client/connect.js'
export { connectWithTiming, Global, joinAsHost, joinPipeline } from './client/global.js'
export type { JoinOptions } from './client/join-options.js'
export type { HostControl } from './client/open-client.js'
export { cancelJob } from './jobs/cancel-job.js'
export { findJob, unknownJob } from './jobs/visit/find-job.js'
export type { JobSummary } from './jobs/visit/job-summary.js'
export { listJobs, type JobList, type ListJobsOptions } from './jobs/visit/list-jobs.js'
export { openJobAccess } from './jobs/visit/open-job-access.js'
export { retryJob } from './jobs/visit/retry-job.js'
export { showJob, type ShownJob } from './jobs/visit/show-job.js'
export { announceDeath, type Death } from './presence/announce-death.js'
export { followHeartbeats } from './presence/follow-heartbeats.js'
export type { Heartbeat } from './presence/peer-record.js'
export { listSchedules, type ListedSchedule } from './schedules/list-schedules.js'
export { requireSchedules } from './schedules/requirement.js'
export { KeptStates, type KeptState } from './state/kept-states.js'
export { waitingWork, type WaitingJobs, type WaitingWork } from './waiting-work.js'
export { SHUTDOWN_GRACE_MS, type CallTiming } from './wire/timing.js'
