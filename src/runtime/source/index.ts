export type { SourceContext, SourceEvent } from './context.js'
export { isLive } from './live.js'
export { openSource } from './open.js'
export { recordItems, type RecordOptions } from './recording/write.js'
