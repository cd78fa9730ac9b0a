import type { Progress } from '../../src/runtime/stream/protocol/messages.js'

/** Progress of a receiver that has attached through the server and has done nothing, changed as given. */
export function progressOf(given: Partial<Progress> = {}): Progress {
  return {
    node: 'viewer',
    incarnation: 'one',
    lane: 'jetstream',
    state: 'attached',
    attach: 1,
    earlier: [],
    loaded: 0,
    processed: 0,
    dropped: 0,
    failed: 0,
    error: null,
    latencyMs: null,
    ...given,
  }
}
