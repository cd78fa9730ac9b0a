import type { LoadModule } from '../../callback/index.js'
import type { ErrorRecord } from '../../core/errors.js'
import type { Logger } from '../../core/logger.js'

/** Surroundings in which a source is opened. */
export interface SourceContext {
  /** Name of the source in the pipeline, for messages. */
  name: string
  /** Folder whose packages may have ffmpeg. */
  project: string
  /** Ends the source as if it had no more items. */
  signal: AbortSignal
  /** Whether a module may still yield, after that, what it has at hand: the node gets its items by streams that have ended. */
  isStage: boolean
  log: Logger
  load: LoadModule
  onEvent: (event: SourceEvent) => void
  /** Called when the source is closed before its end, with a promise that resolves when its own code is done. */
  onClosing: (closed: Promise<void>) => void
}

/**
 * A break in a live source. `gap`: the source broke off and is restarted until it gives items. `resumed`: it gives items
 * again, the first one `afterMs` milliseconds after the break.
 */
export type SourceEvent = { type: 'gap'; error: ErrorRecord } | { type: 'resumed'; afterMs: number }
