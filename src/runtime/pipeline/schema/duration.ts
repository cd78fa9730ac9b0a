import { z } from 'zod'
import { parseDuration } from '../../core/duration.js'
import { messageOf } from '../../core/errors.js'

/** A duration: a number of seconds, or text such as `500ms`. Parsed into milliseconds. */
export const duration = z.union([z.number(), z.string()]).transform((value, context) => {
  try {
    return parseDuration(value)
  } catch (error) {
    const message = messageOf(error).replace(/^.*(?=is not a duration)/, '')
    context.addIssue({ code: 'custom', message, params: { code: 'DAFFI_BAD_DURATION' } })
    return z.NEVER
  }
})
