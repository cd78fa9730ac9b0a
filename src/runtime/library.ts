/**
 * The public library: exactly what `import … from 'daffi'` gives, in a program and in a callback. A callback gets this
 * very instance of it, wherever it imports it from.
 */
export {
  BG,
  BROADCAST,
  context,
  FG,
  Global,
  NO_RETURN,
  PERIOD,
  RemoteError,
  STREAM,
  type BGOptions,
  type Broadcast,
  type BroadcastOptions,
  type BusyOptions,
  type Call,
  type CallProxy,
  type ConnectOptions,
  type Context,
  type DelayOptions,
  type FGOptions,
  type JobRetryOptions,
  type Job,
  type Modifier,
  type ModifierKind,
  type ModifierOptions,
  type NoReturnOptions,
  type PeerInfo,
  type PeriodOptions,
  type PipelineClient,
  type RemoteErrorFields,
  type RetryOptions,
  type ScheduledTask,
  type SettableModifier,
  type SilentBroadcast,
  type State,
  type Streamable,
  type StreamCall,
  type StreamModifierOptions,
  type TypedCallback,
  type Untyped,
  type UntypedCall,
  type UntypedCallback,
  type WaitOptions,
  type YieldingCall,
} from './call/index.js'
export type { CallbackOptions } from './callback/index.js'
export type { Bytes } from './core/bytes.js'
export type { Duration } from './core/duration.js'
export { ERRORS, type ErrorCode } from './core/error-codes.js'
export { DaffiError, type DaffiErrorOptions, type ErrorRecord } from './core/errors.js'
export { isFrame, PIXEL_FORMATS, type Frame, type PixelFormat } from './core/frame.js'
export type { Logger } from './core/logger.js'
export type { Origin } from './core/stream/origin.js'
export { RESUME, type Resumable, type ResumedItems } from './core/stream/resumable.js'
export type { Delivery, OnError } from './core/stream/stream-options.js'
export type { ScheduleOptions } from './core/text/schedule.js'
export type { ScheduleSpec } from './core/plan/plan.js'
export type { TlsOptions } from './core/plan/server-choice.js'
export type { CallOrigin } from './core/plan/call-origin.js'
export type { Lane, ReceiverState, ReceiverSummary, StageCounts, StreamSummary } from './core/plan/summary.js'
export type { ServerInfo } from './nats/index.js'
export { StreamError } from './stream/index.js'
