/**
 * Times, in milliseconds, that decide how soon a node is taken for dead, and how long it waits for others. They are
 * constants of the protocol: all nodes of a pipeline must have the same. Only tests use others, so that they need not
 * wait.
 */
export interface CallTiming {
  /** Interval of heartbeats, which are sent when the clock shows a multiple of it. */
  heartbeatMs: number
  /** Silence after which a node is suspected. Three heartbeats are missed by then. */
  suspectMs: number
  /** Time that a node which joins gives each of the others to answer. */
  pingMs: number
  /** Time within which a node that leaves must have published its goodbye. */
  goodbyeMs: number
  /** Time within which a node answers whether it has a call; one that does not answer may be busy with it. */
  inFlightMs: number
  /**
   * Time after which JetStream redelivers a job whose worker has not reported. It may be short, since a job is run only by
   * the node that has claimed it, and must not be shorter than a pull lasts: so the node is not given the job again.
   */
  ackWaitMs: number
  /** Pause before another look at a job that was redelivered although its worker lives. */
  heldMs: number
  /** Pause before another look at a job whose arguments are incomplete. */
  incompleteMs: number
  /** Pause before another attempt when the server cannot be reached, or does not store a result. */
  retryMs: number
  /** Interval at which a node compares its routes, jobs and schedules with what the server has. */
  recheckMs: number
  /** Time that running calls and jobs may take once their node leaves; those that take longer are aborted. */
  shutdownMs: number
}

export const SHUTDOWN_GRACE_MS = 10_000

const HEARTBEAT_MS = 1000

/** Default time for which a silent node is waited for when nobody can tell whether it lives. */
export const GRACE_MS = 30_000

export const TIMING: CallTiming = {
  heartbeatMs: HEARTBEAT_MS,
  suspectMs: 3.5 * HEARTBEAT_MS,
  pingMs: 1000,
  goodbyeMs: 2000,
  inFlightMs: 500,
  ackWaitMs: 1500,
  heldMs: 2000,
  incompleteMs: 500,
  retryMs: 500,
  recheckMs: 10_000,
  shutdownMs: SHUTDOWN_GRACE_MS,
}
