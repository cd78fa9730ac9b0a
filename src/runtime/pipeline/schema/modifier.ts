import { z } from 'zod'
import { DELIVERIES, LEAST_RETENTION, LEAST_SHM_BYTES, MOST_BATCH, ON_ERROR, RETRY } from '../../core/plan.js'
import type { ScheduleSpec } from '../../core/plan.js'
import { bytes } from './bytes.js'
import { duration } from './duration.js'
import { name } from './names.js'
import { schedule } from './schedule.js'

const timeout = duration.describe('How long to wait for answers; 0 is without limit.').optional()

const eta = duration.describe('How long from now the callback is due.').prefault(0)

const options = {
  FG: z.strictObject({ timeout }),
  BG: z.strictObject({
    timeout: duration.describe('How long the callback may take; 0 is without limit.').prefault(0),
    eta,
    durable: z
      .boolean()
      .describe('Whether it is kept on disk, so that everyone may die and it is done all the same.')
      .default(false),
  }),
  NO_RETURN: z.strictObject({ eta }),
  BROADCAST: z.strictObject({
    timeout,
    eta,
    return_result: z.boolean().describe('Whether anybody waits for the values.').default(true),
  }),
  PERIOD: schedule,
  STREAM: z.strictObject({
    delivery: z
      .enum(DELIVERIES)
      .describe(
        'live: the newest item wins; lossless: the slowest receiver sets the pace; durable: kept on disk, so that everyone may die and go on.',
      )
      .optional(),
    buffer: z
      .int()
      .min(1)
      .describe('Items that a live receiver may hold before the newest pushes out the oldest.')
      .default(2),
    on_error: z
      .enum(ON_ERROR)
      .describe(
        'What a receiver does when its callback throws: stop ends it, skip counts it and goes on, retry gives it the item again. stop by default; retry for durable.',
      )
      .optional(),
    retry: z
      .strictObject({
        attempts: z.int().min(1).describe('How often in all.').default(RETRY.attempts),
        delay: duration.describe('The pause before the second attempt.').prefault('1s'),
        backoff: z
          .number()
          .min(1)
          .describe('How many times longer each further pause is.')
          .default(RETRY.backoff),
      })
      .describe('For on_error: retry.')
      .prefault({}),
    name: name.describe('Identity of a durable stream, under which an unfinished one is resumed.').optional(),
    retention: z
      .strictObject({
        age: duration
          .refine((value) => value >= LEAST_RETENTION.ageMs, 'must be at least 1m')
          .describe('For how long.')
          .prefault('24h'),
        bytes: bytes
          .refine((value) => value >= LEAST_RETENTION.bytes, 'must be at least 1 MiB')
          .describe('How much in all.')
          .prefault('1 GiB'),
      })
      .describe('The most that a durable stream keeps.')
      .prefault({}),
    share: z
      .boolean()
      .describe('Whether the nodes that offer the callback divide the items among them, by who is free.')
      .default(false),
    batch: z
      .strictObject({
        bytes: bytes
          .refine((value) => value >= 1 && value <= MOST_BATCH.bytes, 'must be from 1 byte to 1 MiB')
          .describe('What a batch holds before it goes out.')
          .prefault('128 KiB'),
        linger: duration
          .refine((value) => value <= MOST_BATCH.lingerMs, 'must be at most 10s')
          .describe('The longest that a batch stays open while an earlier one is under way.')
          .prefault('2ms'),
      })
      .describe('How small items are packed together.')
      .prefault({}),
    shm: z
      .union([
        z.literal(false),
        z.strictObject({
          bytes: bytes
            .refine((value) => value >= LEAST_SHM_BYTES, 'must be at least 1 MiB')
            .describe('The most that a ring may take.')
            .prefault('256 MiB'),
        }),
      ])
      .describe('Shared memory between processes of one host; false leaves all receivers to the server.')
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
  const { FG, BG, BROADCAST, PERIOD, STREAM, NO_RETURN = { eta: 0 } } = entry
  if (FG) return { kind: 'FG', ...FG }
  if (BG) return { kind: 'BG', ...BG }
  if (BROADCAST) return { kind: 'BROADCAST', ...BROADCAST }
  if (PERIOD) return { kind: 'PERIOD', schedule: PERIOD }
  return STREAM ? { kind: 'STREAM', ...STREAM } : { kind: 'NO_RETURN', ...NO_RETURN }
}
