import type { ModifierPlan } from '../../core/plan.js'
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
      return { kind, timeoutMs, etaMs: delayOf(modifier), durable }
    }
    case 'NO_RETURN':
      return { kind: 'NO_RETURN', etaMs: delayOf(modifier) }
    case 'BROADCAST': {
      const { kind, timeout: timeoutMs = defaultTimeoutMs, return_result: returnResult } = modifier
      return { kind, timeoutMs, etaMs: delayOf(modifier), returnResult }
    }
    case 'PERIOD':
      return modifier
    case 'STREAM': {
      const {
        kind,
        delivery,
        name,
        buffer,
        on_error: onError,
        retry,
        retention,
        share,
        batch,
        shm,
      } = modifier
      return {
        kind,
        delivery,
        name,
        buffer,
        onError,
        retry: { attempts: retry.attempts, delayMs: retry.delay, backoff: retry.backoff },
        retention: { ageMs: retention.age, bytes: retention.bytes },
        share,
        batch: { bytes: batch.bytes, lingerMs: batch.linger },
        shm,
      }
    }
  }
}

/** Milliseconds until the callback is run; the schema refuses both names at once. */
function delayOf({ delay, eta }: { delay?: number | undefined; eta?: number | undefined }): number {
  return delay ?? eta ?? 0
}
