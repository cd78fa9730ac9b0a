import type { BusyPlan, ModifierPlan } from '../../core/plan/plan.js'
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
      return { kind: 'FG', timeoutMs: modifier.timeout ?? defaultTimeoutMs, ...busyOf(modifier) }
    case 'BG': {
      const { kind, timeout: timeoutMs, durable, id } = modifier
      const retry = modifier.retry && toSettings(STREAM_OPTIONS.retry.options, modifier.retry)
      return {
        kind,
        timeoutMs,
        etaMs: delayOf(modifier),
        durable,
        ...(retry && { retry }),
        ...(id !== undefined && { id }),
        ...busyOf(modifier),
      }
    }
    case 'NO_RETURN':
      return { kind: 'NO_RETURN', etaMs: delayOf(modifier), ...busyOf(modifier) }
    case 'BROADCAST': {
      const { kind, timeout: timeoutMs = defaultTimeoutMs, return_result: returnResult } = modifier
      return { kind, timeoutMs, etaMs: delayOf(modifier), returnResult, ...busyOf(modifier) }
    }
    case 'PERIOD':
    case 'STREAM':
      return modifier
  }
}

function busyOf({ busy }: { busy?: BusyPlan['busy'] | undefined }): BusyPlan {
  return busy ? { busy } : {}
}

/** Milliseconds until the callback is run; the schema refuses both names at once. */
function delayOf({ delay, eta }: { delay?: number | undefined; eta?: number | undefined }): number {
  return delay ?? eta ?? 0
}
