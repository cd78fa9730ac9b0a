import { z } from 'zod'
import { DELIVERIES, ON_ERROR } from '../../core/plan.js'
import { duration } from './duration.js'

const timeout = duration.describe('How long to wait for answers; 0 is without limit.').optional()

const options = {
  FG: z.strictObject({ timeout }),
  NO_RETURN: z.strictObject({}),
  BROADCAST: z.strictObject({ timeout }),
  STREAM: z.strictObject({
    delivery: z
      .enum(DELIVERIES)
      .describe('live: the newest item wins; lossless: the slowest receiver sets the pace.')
      .optional(),
    buffer: z
      .int()
      .min(1)
      .describe('Items that a live receiver may hold before the newest pushes out the oldest.')
      .default(2),
    on_error: z
      .enum(ON_ERROR)
      .describe('What a receiver does when its callback throws: stop ends it, skip counts it and goes on.')
      .default('stop'),
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
