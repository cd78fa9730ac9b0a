import { vi } from 'vitest'

/** Milliseconds. What an idle machine does at once may take a busy one long; vitest's own limit is 1 s. */
const TIMEOUT = 60_000

interface Wait {
  /** Milliseconds. */
  timeout?: number
  /** Milliseconds between two looks. */
  interval?: number
}

/** Waits until `condition` gives something true, and gives that. */
export function waitUntil<Value>(condition: () => Value | Promise<Value>, wait: Wait = {}) {
  return vi.waitUntil(condition, { timeout: TIMEOUT, ...wait })
}

/** Waits until `check` throws no more, and gives its result. */
export function waitFor<Value>(check: () => Value | Promise<Value>, wait: Wait = {}) {
  return vi.waitFor(check, { timeout: TIMEOUT, ...wait })
}
