import type { JobState } from '../plan/job-states.js'

interface Attempts {
  state: JobState
  /** Number of attempts that were begun. */
  attempts: number
  /** Number of attempts that are left if these fail. */
  left: number
}

/** Tells which of its attempts a durable job has had; empty where there is only one. */
export function jobAttempts({ state, attempts, left }: Attempts): string {
  const all = attempts + left
  if (attempts === 0 || all === 1) return ''
  if (state === 'running') return `attempt ${attempts} of ${all}`
  if (state === 'waiting') return `after attempt ${attempts} of ${all}`
  return attempts === 1 ? '1 attempt' : `${attempts} attempts`
}
