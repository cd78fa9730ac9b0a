import { z } from 'zod'
import {
  HEALTH_OPTIONS,
  ON_FAILURE,
  RESTART_OPTIONS,
  RESTART_POLICIES,
  restartPlan,
} from '../../core/plan/node-options.js'
import { parseOptions } from '../../core/stream/parse-options.js'
import { formatMs } from '../../core/timeout.js'
import { optionsSchema, toSettings } from './options-schema.js'

/** Refuses options of `restart` that contradict each other. */
function refuseContradictions(given: Record<string, unknown>, context: z.RefinementCtx): void {
  const { policy, attempts, maxDelayMs, delayMs } = toSettings(RESTART_OPTIONS, given)
  const fault = (key: string, message: string): void =>
    context.addIssue({ code: 'custom', message, path: [key] })
  if (maxDelayMs !== undefined && maxDelayMs < delayMs)
    fault('max_delay', `is shorter than delay, which is ${formatMs(delayMs)}`)
  if (policy === 'always' && attempts !== undefined && attempts > 0)
    fault('attempts', 'is set beside policy: always, which never gives up; keep one of the two')
}

const restartOptions = optionsSchema(RESTART_OPTIONS).superRefine(refuseContradictions)

/** A policy, or a mapping of options: `always`, `{ policy: on-failure, attempts: 10 }`. */
export const restart = z
  .union([z.enum(RESTART_POLICIES), restartOptions])
  .transform((given) =>
    restartPlan(
      typeof given === 'string'
        ? parseOptions(RESTART_OPTIONS, { policy: given })
        : toSettings(RESTART_OPTIONS, given),
    ),
  )

export const onFailure = z
  .enum(ON_FAILURE)
  .describe(
    'When the node has failed for good, all other nodes are stopped and the run ends, or it goes on without the node.',
  )
  .default('stop_all')

export const health = optionsSchema(HEALTH_OPTIONS)
  .describe('Limits after which the process of the node is ended, and started again as restart says.')
  .prefault({})
  .transform((given) => toSettings(HEALTH_OPTIONS, given))
