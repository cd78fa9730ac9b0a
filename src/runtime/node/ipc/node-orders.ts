import type { ErrorRecord } from '../../core/errors.js'
import type { CallbackPlan } from '../../core/plan/plan.js'
import type { NodeSetup } from './node-setup.js'

/** Errors of the calls of a node that wait for what cannot come, by their position in the node's list of calls. */
export type UnmetCalls = Record<number, ErrorRecord>

/**
 * Messages from the supervisor to the process of a node.
 * `setup`: start as this node; always the first message.
 * `drain`: end the sources, let the streams finish, begin no new call. `isComplete`: the sources had no more to come.
 * `complete`: end the results that this call streams, since nothing more comes to their callback.
 * `unmet`: these calls, and no others, wait for nodes that have failed for good.
 * `leave`: finish running callbacks and exit.
 * `reload`: evaluate these modules again and offer the callbacks that they export now.
 */
export type NodeOrder =
  | { type: 'setup'; setup: NodeSetup }
  | { type: 'drain'; isComplete: boolean }
  | { type: 'complete'; index: number }
  | { type: 'unmet'; calls: UnmetCalls }
  | { type: 'leave' }
  | { type: 'reload'; modules: string[]; callbacks: CallbackPlan[] }
