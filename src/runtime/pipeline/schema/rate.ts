import { z } from 'zod'
import { messageOf } from '../../core/errors.js'
import { parseRate } from '../../core/stream/rate.js'
import { isPath, PATH_RULE, type RateLimit } from '../../core/stream/parse-options.js'

/** A rate such as `10/s`. Parsed into a number and milliseconds. */
const rateText = z
  .string()
  .transform((value, context) => {
    try {
      return parseRate(value)
    } catch (error) {
      const message = messageOf(error).replace(/^.*(?=is not a rate)/, '')
      context.addIssue({ code: 'custom', message, params: { code: 'DAFFI_BAD_RATE' } })
      return z.NEVER
    }
  })
  .describe('How many may begin in which time, such as 10/s, 100/m, 5000/h, 1/d.')

/** A rate, for all calls and items or for each key. */
export const rate = z
  .union([
    rateText,
    z.strictObject({
      limit: rateText,
      by: z.string().refine(isPath, PATH_RULE).describe('Path of the key, such as camera.id.').optional(),
    }),
  ])
  .transform((value): RateLimit =>
    'limit' in value && typeof value.limit === 'object'
      ? { ...value.limit, by: (value as { by?: string }).by }
      : { ...(value as { limit: number; perMs: number }), by: undefined },
  )
