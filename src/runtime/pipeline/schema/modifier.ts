import { z } from 'zod'
import type { ScheduleSpec } from '../../core/plan/plan.js'
import { STREAM_OPTIONS, type StreamSettings } from '../../core/stream/stream-options.js'
import { duration } from './quantities.js'
import { name } from './names.js'
import { optionsSchema, toSettings } from './options-schema.js'
import { schedule } from './schedule.js'

const timeout = duration.describe('Longest wait for the results; 0 means no limit.').optional()

const busy = z
  .enum(['wait', 'fail'])
  .describe(
    'While there is no room for its arguments, the call waits (the default), or fails with DAFFI_BUSY.',
  )
  .optional()

const due = {
  delay: duration.describe('Time until the callback is run; 0 when absent.').optional(),
  eta: duration
    .describe('The same as delay, under its older name; only one of the two can be set.')
    .optional(),
}

/** Refuses options with both `delay` and `eta`. */
function refuseBoth(
  { delay, eta }: { delay?: number | undefined; eta?: number | undefined },
  context: z.RefinementCtx,
): void {
  if (delay === undefined || eta === undefined) return
  const message = 'is set beside delay, which means the same; keep one of the two'
  context.addIssue({ code: 'custom', message, path: ['eta'] })
}

/** Refuses what only a job can have that the server keeps: attempts, and an id. */
function refuseUnkept(
  { retry, id, durable }: { retry?: unknown; id?: unknown; durable: boolean },
  context: z.RefinementCtx,
): void {
  if (durable) return
  for (const [key, value] of Object.entries({ retry, id }))
    if (value !== undefined) context.addIssue({ code: 'custom', message: 'needs durable: true', path: [key] })
}

/** Refuses an order for receivers that would each get a part of it. */
function refuseSharedOrder({ share, order }: Record<string, unknown>, context: z.RefinementCtx): void {
  if (share === undefined || share === false || order === undefined) return
  const message = 'cannot be set beside share: the receivers would each get a part'
  context.addIssue({ code: 'custom', message, path: ['order'] })
}

/** Refuses a durable stream that is shared by key. */
function refuseDurableKeys(
  { delivery, share }: { delivery?: unknown; share?: unknown },
  context: z.RefinementCtx,
): void {
  if (delivery !== 'durable' || typeof share !== 'object') return
  const message = 'is not possible in a durable stream'
  const params = { code: 'DAFFI_KEYS_NOT_DURABLE' }
  context.addIssue({ code: 'custom', message, path: ['share', 'by'], params })
}

const options = {
  FG: z.strictObject({ timeout, busy }),
  BG: z
    .strictObject({
      timeout: duration.describe('Longest run time of the callback; 0 means no limit.').prefault(0),
      ...due,
      busy,
      durable: z
        .boolean()
        .describe('Whether the job is kept on disk and is done even if caller, worker or server die.')
        .default(false),
      retry: optionsSchema(STREAM_OPTIONS.retry.options)
        .describe('Attempts with a durable job whose callback throws; a single one when absent.')
        .optional(),
      id: name
        .describe(
          'Id of a durable job: the same call under the same id is one job; a random one when absent.',
        )
        .optional(),
    })
    .superRefine(refuseBoth)
    .superRefine(refuseUnkept),
  NO_RETURN: z.strictObject({ ...due, busy }).superRefine(refuseBoth),
  BROADCAST: z
    .strictObject({
      timeout,
      ...due,
      busy,
      return_result: z.boolean().describe('Whether the call waits for the results.').default(true),
    })
    .superRefine(refuseBoth),
  PERIOD: schedule,
  STREAM: optionsSchema(STREAM_OPTIONS).superRefine(refuseDurableKeys).superRefine(refuseSharedOrder),
}

export const MODIFIERS = Object.keys(options) as (keyof typeof options)[]

const withOptions = z
  .strictObject({
    FG: options.FG.optional(),
    BG: options.BG.optional(),
    NO_RETURN: options.NO_RETURN.optional(),
    BROADCAST: options.BROADCAST.optional(),
    PERIOD: options.PERIOD.optional(),
    STREAM: options.STREAM.optional(),
  })
  .refine((value) => Object.keys(value).length === 1, {
    message: `must be exactly one of ${MODIFIERS.join(', ')}`,
    when: ({ issues }) => issues.length === 0,
  })

/** `STREAM` is short for `{ STREAM: {} }`. */
export const modifier = z.union([z.enum(MODIFIERS), withOptions]).transform((value, context) => {
  if (value === 'PERIOD') {
    const message = 'needs an option: exactly one of interval, at and cron'
    context.addIssue({ code: 'custom', message, params: { code: 'DAFFI_BAD_SCHEDULE' } })
    return z.NEVER
  }
  return toEntry(typeof value === 'string' ? { [value]: options[value].parse({}) } : value)
})

/** A modifier with its options; times in milliseconds. */
export type ModifierEntry =
  | ({ kind: 'FG' } & z.output<typeof options.FG>)
  | ({ kind: 'BG' } & z.output<typeof options.BG>)
  | ({ kind: 'NO_RETURN' } & z.output<typeof options.NO_RETURN>)
  | ({ kind: 'BROADCAST' } & z.output<typeof options.BROADCAST>)
  | { kind: 'PERIOD'; schedule: ScheduleSpec }
  | ({ kind: 'STREAM' } & StreamSettings)

function toEntry(entry: z.output<typeof withOptions>): ModifierEntry {
  const { FG, BG, BROADCAST, PERIOD, STREAM, NO_RETURN = {} } = entry
  if (FG) return { kind: 'FG', ...FG }
  if (BG) return { kind: 'BG', ...BG }
  if (BROADCAST) return { kind: 'BROADCAST', ...BROADCAST }
  if (PERIOD) return { kind: 'PERIOD', schedule: PERIOD }
  return STREAM
    ? { kind: 'STREAM', ...toSettings(STREAM_OPTIONS, STREAM) }
    : { kind: 'NO_RETURN', ...NO_RETURN }
}
