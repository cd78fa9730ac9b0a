import type { LoadModule } from '../callback/index.js'
import type { Logger } from '../core/logger.js'

export interface SourceContext {
  /** The source's name in the pipeline, for messages. */
  name: string
  /** Ends the source as if it had no more to give. */
  signal: AbortSignal
  log: Logger
  load: LoadModule
}
