import type { LineStream } from '../../status/index.js'
import type { NodeReport } from '../ipc/node-reports.js'
import type { ChildExit } from './process/child-exit.js'
import type { EarlyProcesses } from './early-processes.js'
import type { OrphanGuard } from './process/orphan-guard.js'
import type { SupervisedNode } from './supervised-node.js'

/** Signals and listeners that all nodes of a run share. */
export interface Supervision {
  /** Whether processes that end are started again, as their policy says. */
  restarts: boolean
  /** Aborts when nothing may be started any more. */
  ending: AbortSignal
  /** Aborts when every node is to leave. */
  leaving: AbortSignal
  /** Aborts when every process is to be killed. */
  forced: AbortSignal
  guard: OrphanGuard
  /** Processes that were started before; undefined when none were. */
  early: EarlyProcesses | undefined
  onState: (node: SupervisedNode) => void
  onReport: (node: SupervisedNode, report: NodeReport) => void
  onLine: (node: SupervisedNode, line: string, stream: LineStream) => void
  /**
   * Called when the node's process has ended. The next one, if any, is started when the promise has resolved.
   * @param returns whether there will be one
   */
  onExit: (node: SupervisedNode, exit: ChildExit, returns: boolean) => Promise<void>
}
