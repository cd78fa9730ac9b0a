export type { Call, CallProxy, StreamCall, Untyped, YieldingCall } from './call.js'
export { context, type Context } from './context.js'
export type { ConnectOptions, PeerInfo } from './connect.js'
export { FINISHING_MS } from './finishing.js'
export { Global, joinPipeline } from './global.js'
export type { Job } from './jobs/job.js'
export type { JoinOptions } from './join-options.js'
export type { Member } from './member.js'
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
} from './modifiers.js'
export type { ScheduledTask } from './schedules/scheduled-task.js'
export { requireSchedules } from './schedules/requirement.js'
export { sayGoodbye } from './presence/presence.js'
export { RemoteError } from './remote-error.js'
export type { WaitOptions } from './wait-options.js'
