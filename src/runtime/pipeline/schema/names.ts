import { z } from 'zod'
import { EVERY_OBJECT, faultOfCallbackName, isToken } from '../../core/names.js'

const BAD_NAME = { params: { code: 'DAFFI_BAD_NAME' } }
const META = { pattern: '^[A-Za-z0-9_-]{1,128}$' }

const token = z.string().refine(isToken, {
  ...BAD_NAME,
  message: 'is not a name: use letters, digits, _ and -',
})

/** Name of a pipeline, node or source. It becomes a token of NATS subjects. */
export const name = token
  .refine((text) => !(text in Object.prototype), { ...BAD_NAME, message: EVERY_OBJECT })
  .meta(META)

/** Name of a callback. */
export const callbackName = token
  .refine((text) => faultOfCallbackName(text) === undefined, {
    ...BAD_NAME,
    error: ({ input }) => faultOfCallbackName(String(input)),
  })
  .meta(META)

export const variableName = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, { message: 'is not the name of an environment variable' })
