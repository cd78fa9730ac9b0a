import type { DiscoveredCallbacks } from '../../callback/index.js'
import type { Diagnostics } from '../diagnose/diagnostics.js'
import type { PartialNode, PartialPipeline } from '../validate/partial-pipeline.js'
import type { NodeNames } from './replicas.js'

/** Input of the checks that look at a whole pipeline. */
export interface CheckContext {
  /** The pipeline file's folder. */
  folder: string
  pipeline: PartialPipeline
  names: NodeNames
  /** Nodes that do not take part, and so are not in the pipeline. */
  inactive: readonly PartialNode[]
  /** Names of the sources. */
  sources: ReadonlySet<string>
  /** Callbacks that nodes offer; undefined when the schema refuses a list of them, which may have contained any name. */
  offered: ReadonlySet<string> | undefined
  /** Callbacks that may get a stream. */
  streamed: ReadonlySet<string>
  /** Undefined when a folder is missing, so that nothing can be said about callbacks. */
  callbacks: DiscoveredCallbacks | undefined
  diagnostics: Diagnostics
}
