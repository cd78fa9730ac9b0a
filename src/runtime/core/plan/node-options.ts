import type { Settings } from '../stream/parse-options.js'

export const RESTART_POLICIES = ['no', 'on-failure', 'always'] as const
export type RestartPolicy = (typeof RESTART_POLICIES)[number]

export const ON_FAILURE = ['stop_all', 'isolate'] as const
/** Fate of a run when a node has failed for good: it ends, or goes on without the node. */
export type OnFailure = (typeof ON_FAILURE)[number]

/** Options of `restart`, for the mapping form, once; the docs list them in the same order. */
export const RESTART_OPTIONS = {
  policy: {
    type: 'choice',
    values: RESTART_POLICIES,
    defaultText: '`on-failure`',
    text: 'no: nothing is started again; on-failure: what has failed, up to attempts; always: without giving up, and streams whose source has failed, too.',
  },
  delay: {
    type: 'duration',
    min: '10ms',
    default: '200ms',
    text: 'Pause before the first restart; each further one in a row is twice as long.',
  },
  maxDelay: {
    type: 'duration',
    defaultText: '`30s`, or `delay` if that is longer',
    text: 'Longest pause; 30s when absent, or delay if that is longer.',
  },
  attempts: {
    type: 'count',
    min: 0,
    defaultText: '`5`; no limit with `always`',
    text: 'Restarts in a row after which the next failure is final; 5 when absent, 0 for no limit.',
  },
  window: {
    type: 'duration',
    min: '1ms',
    default: '30s',
    text: 'Time without a failure after which restarts are counted from the beginning.',
  },
} as const

/** When the process of a node, or one of its calls, is started again. */
export interface RestartPlan {
  policy: RestartPolicy
  /** Pause before the first restart; those in a row double. */
  delayMs: number
  maxDelayMs: number
  /** Restarts in a row after which it is given up; null when it never is. */
  attempts: number | null
  /** Time without a failure after which restarts are counted from 0 again. */
  windowMs: number
}

/** Completes what is given of `restart`. */
export function restartPlan({
  policy = 'on-failure',
  delayMs,
  windowMs,
  ...given
}: Settings<typeof RESTART_OPTIONS>): RestartPlan {
  const { maxDelayMs = Math.max(30_000, delayMs), attempts = 5 } = given
  const isEndless = policy === 'always' || attempts === 0
  return { policy, delayMs, maxDelayMs, attempts: isEndless ? null : attempts, windowMs }
}

/** Options of `health`: limits after which a node's process is ended, and started again as `restart` says. */
export const HEALTH_OPTIONS = {
  startup: {
    type: 'duration',
    min: '100ms',
    defaultText: 'no limit',
    text: 'Longest time until the node is ready, from the start of its process.',
  },
  blocked: {
    type: 'duration',
    // Heartbeats, by which it is noticed, come once a second.
    min: '2s',
    defaultText: 'no limit',
    text: 'Longest time for which code of the node may keep its event loop from turning.',
  },
} as const

/** Limits of a healthy node, in milliseconds; undefined where there is none. */
export type HealthPlan = Settings<typeof HEALTH_OPTIONS>
