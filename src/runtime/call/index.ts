export { Call, type CallProxy } from './call.js'
export { context, type Context } from './context.js'
export { Global, type WaitOptions } from './global.js'
export { joinPipeline, type JoinOptions } from './join.js'
export {
  BROADCAST,
  FG,
  NO_RETURN,
  STREAM,
  type BroadcastOptions,
  type FGOptions,
  type Modifier,
  type ModifierKind,
  type StreamModifierOptions,
} from './modifiers.js'
export { sayGoodbye } from './presence/presence.js'
export { RemoteError } from './remote-error.js'
