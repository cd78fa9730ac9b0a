/** What a program that imports daffi gets, and a callback too: this very instance of it, whatever it imports it from. */
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
  type BroadcastOptions,
  type Call,
  type CallProxy,
  type ConnectOptions,
  type Context,
  type FGOptions,
  type Job,
  type Member,
  type NoReturnOptions,
  type PeriodOptions,
  type ScheduledTask,
  type PeerInfo,
  type StreamCall,
  type StreamModifierOptions,
  type Untyped,
  type WaitOptions,
  type YieldingCall,
} from './call/index.js'
export type { Duration } from './core/duration.js'
export { ERRORS, type ErrorCode } from './core/error-codes.js'
export { DaffiError, type DaffiErrorOptions, type ErrorRecord } from './core/errors.js'
export { isFrame, PIXEL_FORMATS, type Frame, type PixelFormat } from './core/frame.js'
export type { Logger } from './core/logger.js'
export type { ScheduleSpec } from './core/plan.js'
export type { Lane, ReceiverState, ReceiverSummary, StreamSummary } from './core/summary.js'
export type { ServerInfo } from './nats/index.js'
export { StreamError } from './stream/index.js'
