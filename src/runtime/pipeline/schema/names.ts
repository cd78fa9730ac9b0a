import { z } from 'zod'
import { isToken } from '../../core/names.js'

const BAD_NAME = { params: { code: 'DAFFI_BAD_NAME' } }

/** Name of a pipeline, node, source or callback. It becomes a token of NATS subjects. */
export const name = z
  .string()
  .refine(isToken, {
    ...BAD_NAME,
    message: 'is not a name: use letters, digits, _ and -',
  })
  .refine((text) => !(text in Object.prototype), {
    ...BAD_NAME,
    message: 'is a name that every JavaScript object has as a property',
  })
  .meta({ pattern: '^[A-Za-z0-9_-]{1,128}$' })

export const variableName = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, { message: 'is not the name of an environment variable' })
