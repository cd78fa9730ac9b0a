import type { Logger, LogLevel } from '../../core/logger.js'
import type { NodePlan } from '../../core/plan/plan.js'
import type { FollowHeartbeats } from './heartbeat-watch.js'
import type { EarlyProcesses } from './early-processes.js'
import type { RunEvent } from './report/run-events.js'

/** Files of a run that are watched for changes. */
interface WatchedModules {
  /** Modules of a node's callbacks and what they import, imported modules first. */
  modulesOf: (node: NodePlan) => string[]
}

export interface SupervisorOptions {
  /**
   * Longest duration of the run in milliseconds, from the first item of any stream, or from when all nodes are ready in a
   * run without streams. @default no limit
   */
  durationMs?: number | undefined
  /** Whether the run continues when every call has settled. @default false */
  stay?: boolean | undefined
  /** Whether processes that end are started again, as their policy says. @default true */
  restarts?: boolean | undefined
  /** Set while files are watched. The run does not end by itself then, since the next change may give it more to do. */
  watched?: WatchedModules | undefined
  /** Processes that were started for the nodes before. @default none were */
  early?: EarlyProcesses | undefined
  /** Folder in which the items of the sources are recorded. @default no recording */
  record?: string | undefined
  followHeartbeats: FollowHeartbeats
  log: Logger
  logLevel: LogLevel
  /** Ends the run: sources end, streams finish, nodes leave. */
  stop: AbortSignal
  /** Kills every process. */
  force: AbortSignal
  onEvent: (event: RunEvent) => void
}
