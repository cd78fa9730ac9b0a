import { z } from 'zod'
import { parseBytes } from '../../core/bytes.js'
import { parseDuration } from '../../core/duration.js'
import { DaffiError } from '../../core/errors.js'
import { parseRate } from '../../core/stream/rate.js'

/** A duration: a number of seconds, or text such as `500ms`. Parsed into milliseconds. */
export const duration = z.union([z.number(), z.string()]).transform(parsed((value) => parseDuration(value)))

/** A size: a number of bytes, or text such as `64 MiB`. Parsed into bytes. */
export const bytes = z.union([z.number(), z.string()]).transform(parsed((value) => parseBytes(value)))

/** A rate such as `10/s`. Parsed into a number and milliseconds. */
export const rate = z
  .string()
  .transform(parsed((value) => parseRate(value)))
  .describe('How many may begin in which time, such as 10/s, 100/m, 5000/h, 1/d.')

/** Makes a transform of a function of core. The fault of what that refuses has its advice too, since faults have no place for one. */
function parsed<From, To>(parse: (value: From) => To) {
  return (value: From, context: z.RefinementCtx): To => {
    try {
      return parse(value)
    } catch (error) {
      if (!(error instanceof DaffiError)) throw error
      const { code, message, next } = error
      const fault = message.replace(/^.*(?=is not a )/, '')
      const advice = next.replace(/^./, (first) => first.toLowerCase()).replace(/\.$/, '')
      context.addIssue({ code: 'custom', message: `${fault}; ${advice}`, params: { code } })
      return z.NEVER
    }
  }
}
