import type { ModifierPlan } from '../../core/plan/plan.js'
import { STREAM_OPTIONS } from '../../core/stream/stream-options.js'
import { toSettings } from '../schema/options-schema.js'
import type { ModifierEntry } from '../schema/modifier.js'

/**
 * Builds the plan of a modifier.
 * @param defaultTimeoutMs of FG and BROADCAST calls that set none
 */
export function buildModifier(modifier: ModifierEntry, defaultTimeoutMs: number): ModifierPlan {
  switch (modifier.kind) {
    case 'FG':
      return { kind: 'FG', timeoutMs: modifier.timeout ?? defaultTimeoutMs }
    case 'BG': {
      const { kind, timeout: timeoutMs, durable } = modifier
      const retry = modifier.retry && toSettings(STREAM_OPTIONS.retry.options, modifier.retry)
      return { kind, timeoutMs, etaMs: delayOf(modifier), durable, ...(retry && { retry }) }
    }
    case 'NO_RETURN':
      return { kind: 'NO_RETURN', etaMs: delayOf(modifier) }
    case 'BROADCAST': {
      const { kind, timeout: timeoutMs = defaultTimeoutMs, return_result: returnResult } = modifier
      return { kind, timeoutMs, etaMs: delayOf(modifier), returnResult }
    }
    case 'PERIOD':
    case 'STREAM':
      return modifier
  }
}

/** Milliseconds until the callback is run; the schema refuses both names at once. */
function delayOf({ delay, eta }: { delay?: number | undefined; eta?: number | undefined }): number {
  return delay ?? eta ?? 0
}
