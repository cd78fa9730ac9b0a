import { z } from 'zod'
import { parseBytes } from '../../core/bytes.js'
import { messageOf } from '../../core/errors.js'

/** A size: a number of bytes, or text such as `64 MiB`. Parsed into bytes. */
export const bytes = z.union([z.number(), z.string()]).transform((value, context) => {
  try {
    return parseBytes(value)
  } catch (error) {
    const message = messageOf(error).replace(/^.*(?=is not a size)/, '')
    context.addIssue({ code: 'custom', message, params: { code: 'DAFFI_BAD_SIZE' } })
    return z.NEVER
  }
})
