import { z } from 'zod'
import { DELIVERIES, LEAST_RETENTION, LEAST_SHM_BYTES, MOST_BATCH, ON_ERROR, RETRY } from '../../core/plan.js'
import type { ScheduleSpec } from '../../core/plan.js'
import { bytes } from './bytes.js'
import { duration } from './duration.js'
import { name } from './names.js'
import { schedule } from './schedule.js'

const timeout = duration.describe('Longest wait for the results; 0 means no limit.').optional()

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

const options = {
  FG: z.strictObject({ timeout }),
  BG: z
    .strictObject({
      timeout: duration.describe('Longest run time of the callback; 0 means no limit.').prefault(0),
      ...due,
      durable: z
        .boolean()
        .describe('Whether the job is kept on disk and is done even if caller, worker or server die.')
        .default(false),
    })
    .superRefine(refuseBoth),
  NO_RETURN: z.strictObject(due).superRefine(refuseBoth),
  BROADCAST: z
    .strictObject({
      timeout,
      ...due,
      return_result: z.boolean().describe('Whether the call waits for the results.').default(true),
    })
    .superRefine(refuseBoth),
  PERIOD: schedule,
  STREAM: z.strictObject({
    delivery: z
      .enum(DELIVERIES)
      .describe(
        'live: receivers skip to the newest item; lossless: the slowest receiver sets the pace; durable: items are kept on disk, so that writer, receivers and server can be restarted.',
      )
      .optional(),
    buffer: z
      .int()
      .min(1)
      .describe('Items that a live receiver can queue; a new one then replaces the oldest.')
      .default(2),
    on_error: z
      .enum(ON_ERROR)
      .describe(
        'What a receiver does when its callback throws: stop ends the receiver, skip counts the item as failed and goes on, retry passes the item to the callback again. Default: stop; for durable, retry.',
      )
      .optional(),
    retry: z
      .strictObject({
        attempts: z.int().min(1).describe('Number of attempts, the first included.').default(RETRY.attempts),
        delay: duration.describe('Pause before the second attempt.').prefault('1s'),
        backoff: z
          .number()
          .min(1)
          .describe('Factor by which each further pause is longer.')
          .default(RETRY.backoff),
      })
      .describe('Attempts and pauses for on_error: retry.')
      .prefault({}),
    name: name
      .describe('Identity of a durable stream: an unfinished stream of this name is resumed.')
      .optional(),
    retention: z
      .strictObject({
        age: duration
          .refine((value) => value >= LEAST_RETENTION.ageMs, 'must be at least 1m')
          .describe('Longest time that an item is kept.')
          .prefault('24h'),
        bytes: bytes
          .refine((value) => value >= LEAST_RETENTION.bytes, 'must be at least 1 MiB')
          .describe('Most bytes that all items together take.')
          .prefault('1 GiB'),
      })
      .describe('Limits on what a durable stream keeps.')
      .prefault({}),
    share: z
      .boolean()
      .describe(
        'Whether each item goes to only one of the nodes that offer the callback, the one with the fewest unfinished items.',
      )
      .default(false),
    batch: z
      .strictObject({
        bytes: bytes
          .refine((value) => value >= 1 && value <= MOST_BATCH.bytes, 'must be from 1 byte to 1 MiB')
          .describe('Size at which a batch is sent.')
          .prefault('128 KiB'),
        linger: duration
          .refine((value) => value <= MOST_BATCH.lingerMs, 'must be at most 10s')
          .describe('Longest time that a batch waits for more items while an earlier one is being sent.')
          .prefault('2ms'),
      })
      .describe('How small items are sent together.')
      .prefault({}),
    shm: z
      .union([
        z.literal(false),
        z.strictObject({
          bytes: bytes
            .refine((value) => value >= LEAST_SHM_BYTES, 'must be at least 1 MiB')
            .describe('Largest size of the ring buffer.')
            .prefault('256 MiB'),
        }),
      ])
      .describe('Shared memory between processes of one host; false sends everything through the server.')
      .prefault({}),
  }),
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
  | ({ kind: 'STREAM' } & z.output<typeof options.STREAM>)

function toEntry(entry: z.output<typeof withOptions>): ModifierEntry {
  const { FG, BG, BROADCAST, PERIOD, STREAM, NO_RETURN = {} } = entry
  if (FG) return { kind: 'FG', ...FG }
  if (BG) return { kind: 'BG', ...BG }
  if (BROADCAST) return { kind: 'BROADCAST', ...BROADCAST }
  if (PERIOD) return { kind: 'PERIOD', schedule: PERIOD }
  return STREAM ? { kind: 'STREAM', ...STREAM } : { kind: 'NO_RETURN', ...NO_RETURN }
}
