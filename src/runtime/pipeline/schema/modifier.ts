import { z } from 'zod'
import { DELIVERIES, LEAST_SHM_BYTES, MOST_BATCH, ON_ERROR, RETRY } from '../../core/plan.js'
import { bytes } from './bytes.js'
import { duration } from './duration.js'
import { name } from './names.js'

const timeout = duration.describe('How long to wait for answers; 0 is without limit.').optional()

const options = {
  FG: z.strictObject({ timeout }),
  NO_RETURN: z.strictObject({}),
  BROADCAST: z.strictObject({ timeout }),
  STREAM: z.strictObject({
    delivery: z
      .enum(DELIVERIES)
      .describe('live: the newest item wins; lossless: the slowest receiver sets the pace; durable: kept on disk, so that everyone may die and go on.')
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
        age: duration.describe('For how long.').prefault('24h'),
        bytes: bytes.describe('How much in all.').prefault('1 GiB'),
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
    NO_RETURN: options.NO_RETURN.optional(),
    BROADCAST: options.BROADCAST.optional(),
    STREAM: options.STREAM.optional(),
  })
  .refine((value) => Object.keys(value).length === 1, {
    message: `must be exactly one of ${MODIFIERS.join(', ')}`,
    when: ({ issues }) => issues.length === 0,
  })

/** `STREAM` is short for `{ STREAM: {} }`. */
export const modifier = z
  .union([z.enum(MODIFIERS), withOptions])
  .transform((value) => toEntry(typeof value === 'string' ? { [value]: options[value].parse({}) } : value))

/** A modifier with its options; times in milliseconds. */
export type ModifierEntry =
  | { kind: 'FG' | 'BROADCAST'; timeout: number | undefined }
  | { kind: 'NO_RETURN' }
  | ({ kind: 'STREAM' } & z.output<typeof options.STREAM>)

function toEntry({ FG, BROADCAST, STREAM }: z.output<typeof withOptions>): ModifierEntry {
  if (FG) return { kind: 'FG', timeout: FG.timeout }
  if (BROADCAST) return { kind: 'BROADCAST', timeout: BROADCAST.timeout }
  return STREAM ? { kind: 'STREAM', ...STREAM } : { kind: 'NO_RETURN' }
}
