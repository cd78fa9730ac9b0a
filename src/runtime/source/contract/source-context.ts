import type { LoadModule } from '../../callback/index.js'
import type { ErrorRecord } from '../../core/errors.js'
import type { Logger } from '../../core/logger.js'

export interface SourceContext {
  /** The source's name in the pipeline, for messages. */
  name: string
  /** Ends the source as if it had no more to give. */
  signal: AbortSignal
  log: Logger
  load: LoadModule
  onEvent: (event: SourceEvent) => void
}

/** `gap`: a live source broke off, and is started again until it gives items. `resumed`: it does, the first `afterMs` after the break. */
export type SourceEvent = { type: 'gap'; error: ErrorRecord } | { type: 'resumed'; afterMs: number }
