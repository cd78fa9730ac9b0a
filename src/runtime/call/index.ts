export type { Call, CallProxy, StreamCall, Untyped, YieldingCall } from './api/call.js'
export { context, type Context } from './api/context.js'
export type { ConnectOptions, PeerInfo } from './client/connect.js'
export { FINISHING_MS } from './wire/timing.js'
export { Global, joinPipeline } from './client/global.js'
export type { Job } from './api/job.js'
export type { JoinOptions } from './client/join-options.js'
export type { Member } from './api/pipeline-client.js'
export {
  BG,
  BROADCAST,
  FG,
  NO_RETURN,
  PERIOD,
  STREAM,
  type BGOptions,
  type BroadcastOptions,
  type FGOptions,
  type Modifier,
  type ModifierKind,
  type NoReturnOptions,
  type PeriodOptions,
  type StreamModifierOptions,
} from './api/modifiers.js'
export type { ScheduledTask } from './schedules/schedule-record.js'
export { requireSchedules } from './schedules/requirement.js'
export { sayGoodbye } from './presence/presence.js'
export { RemoteError } from './api/remote-error.js'
export type { WaitOptions } from './api/wait-options.js'
