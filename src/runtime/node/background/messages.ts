import type { FetchProgress } from '../../binaries/index.js'
import type { ErrorRecord } from '../../core/errors.js'
import type { LogLevel } from '../../core/logger.js'
import type { Plan } from '../../core/plan/plan.js'
import type { RunFile } from '../../runs/index.js'
import type { RunPipelineOptions } from '../run/run-pipeline.js'

/** Options of a run that can be sent to another process. */
export type BackgroundOptions = Pick<
  RunPipelineOptions,
  'server' | 'durationMs' | 'only' | 'stay' | 'watch' | 'view' | 'metrics' | 'record'
> & { logLevel: LogLevel }

/** The one message to the process of a run in the background. */
export interface BackgroundSetup {
  plan: Plan
  options: BackgroundOptions
}

/**
 * Messages from the process of a run in the background to the command that has started it, while that waits.
 * `started`: the run can be found, and its nodes are being started; the last message. `failed`: the process is about to end.
 */
export type BackgroundReport =
  | { type: 'fetch'; progress: FetchProgress }
  | { type: 'note'; text: string }
  | { type: 'view'; url: string }
  | { type: 'started'; run: RunFile }
  | { type: 'failed'; error: ErrorRecord }
