import type { LogLevel } from '../../core/logger.js'
import type { NodePlan, SourcePlans, StallPlans } from '../../core/plan/plan.js'
import type { ServerAddress, ServerInfo } from '../../nats/index.js'

/** Everything that the process of one node needs. It goes through a pipe, because the address contains the server's token. */
export interface NodeSetup {
  /** Name of the pipeline. */
  pipeline: string
  /** The project's folder, whose `.daffi` keeps transpiled modules. */
  project: string
  server: { address: ServerAddress; info: ServerInfo }
  node: NodePlan
  /** Whether other nodes stream to this one. */
  isStage: boolean
  /** The sources that the node's calls use, and those of the views among them, by name. */
  sources: SourcePlans
  /** Pauses of sources that a test asks for. */
  stalls: StallPlans | undefined
  logLevel: LogLevel
  /**
   * Files to reload when they change: the modules of the node's callbacks and their imports, imported modules first.
   * Undefined when the node never reloads.
   */
  modules: string[] | undefined
  /** Folder for recordings, in which each source has a folder of its own. Undefined when nothing is recorded. */
  record: string | undefined
}
