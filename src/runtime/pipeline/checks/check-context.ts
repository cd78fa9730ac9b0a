import type { DiscoveredCallbacks } from '../../callback/index.js'
import type { FaultReport } from '../diagnose/diagnostics.js'
import type { Outline } from '../validate/partial-pipeline.js'
import type { NodeNames } from './replicas.js'

/** What the checks between parts of a pipeline work on. */
export interface CheckContext {
  /** The pipeline file's folder. */
  folder: string
  outline: Outline
  names: NodeNames
  /** Undefined when the folders are at fault, so that nothing can be said about callbacks. */
  callbacks: DiscoveredCallbacks | undefined
  report: FaultReport
}
