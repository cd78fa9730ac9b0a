import type { ErrorRecord } from '../../core/errors.js'
import type { CallbackPlan } from '../../core/plan/plan.js'
import type { NodeSetup } from './node-setup.js'

/** Everything that the calls of a node wait for and that cannot come at present, since nodes have failed for good. */
export interface LostOnes {
  /** Errors of the nodes that calls wait for, by name. */
  nodes: Record<string, ErrorRecord>
  /** Errors of the calls for which nobody is left, by their position in the node's list of calls. */
  calls: Record<string, ErrorRecord>
}

/**
 * Messages from the supervisor to the process of a node.
 * `setup`: start as this node; always the first message.
 * `drain`: end the sources, let the streams finish, begin no new call. `isComplete`: the sources had no more to come.
 * `complete`: end the results that this call streams, since nothing more comes to their callback.
 * `lost`: this, and nothing else, is lost to the node's calls.
 * `leave`: finish running callbacks and exit.
 * `reload`: evaluate these modules again and offer the callbacks that they export now.
 */
export type NodeOrder =
  | { type: 'setup'; setup: NodeSetup }
  | { type: 'drain'; isComplete: boolean }
  | { type: 'complete'; index: number }
  | { type: 'lost'; lost: LostOnes }
  | { type: 'leave' }
  | { type: 'reload'; modules: string[]; callbacks: CallbackPlan[] }
