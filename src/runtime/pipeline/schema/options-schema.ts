import { z } from 'zod'
import {
  choosesNull,
  isInRange,
  isPath,
  PATH_RULE,
  requirementOf,
  settingName,
  type OptionSpec,
  type OptionSpecs,
  type RateLimit,
  type Settings,
} from '../../core/stream/parse-options.js'
import { name } from './names.js'
import { bytes, duration, rate } from './quantities.js'

/** A rate, for all calls and items or for each key. */
const rateLimit = z
  .union([
    rate,
    z.strictObject({
      limit: rate,
      by: z.string().refine(isPath, PATH_RULE).describe('Path of the key, such as camera.id.').optional(),
    }),
  ])
  .transform((value): RateLimit =>
    'limit' in value && typeof value.limit === 'object'
      ? { ...value.limit, by: (value as { by?: string }).by }
      : { ...(value as { limit: number; perMs: number }), by: undefined },
  )

/** Schema of options in a pipeline file, where `onError` is written `on_error`. Durations are parsed into milliseconds. */
export function optionsSchema(specs: OptionSpecs): z.ZodType<Record<string, unknown>> {
  return z.strictObject(
    Object.fromEntries(Object.entries(specs).map(([key, spec]) => [toSnakeCase(key), schemaOf(spec)])),
  )
}

/** Settings of options that the schema has parsed. */
export function toSettings<const Specs extends OptionSpecs>(
  specs: Specs,
  parsed: Record<string, unknown>,
): Settings<Specs> {
  const entries = Object.entries(specs).map(([key, spec]) => {
    const value = parsed[toSnakeCase(key)]
    const isGroup = spec.type === 'group' && typeof value === 'object'
    const setting = isGroup ? toSettings(spec.options, value as Record<string, unknown>) : value
    return [settingName(key, spec), setting]
  })
  return Object.fromEntries(entries) as Settings<Specs>
}

function schemaOf(spec: OptionSpec): z.ZodType {
  switch (spec.type) {
    case 'choice': {
      const values = z.enum(spec.values as [string, ...string[]])
      const schema = choosesNull(spec) ? z.union([values, z.null().transform(() => 'null')]) : values
      return schema.describe(spec.text).optional()
    }
    case 'name':
      return name.describe(spec.text).optional()
    case 'boolean':
      return withDefault(z.boolean().describe(spec.text), spec.default)
    case 'path':
      return z.string().refine(isPath, requirementOf(spec)).describe(spec.text)
    case 'rate':
      return rateLimit.describe(spec.text).optional()
    case 'count':
      return withDefault(z.int().min(spec.min).describe(spec.text), spec.default)
    case 'number':
      return withDefault(z.number().min(spec.min).describe(spec.text), spec.default)
    case 'duration':
    case 'bytes': {
      const schema = (spec.type === 'duration' ? duration : bytes)
        .refine((value) => isInRange(spec, value), requirementOf(spec))
        .describe(spec.text)
      return spec.default === undefined ? schema.optional() : schema.prefault(spec.default)
    }
    case 'group': {
      const options = optionsSchema(spec.options)
      if (spec.orBoolean) {
        const either = z.union([z.boolean(), options]).describe(spec.text)
        return spec.default === undefined ? either.optional() : either.default(spec.default)
      }
      const schema = (spec.orFalse ? z.union([z.literal(false), options]) : options).describe(spec.text)
      return spec.optional ? schema.optional() : schema.prefault({})
    }
  }
}

function withDefault<T extends number | boolean>(schema: z.ZodType<T>, value: T | undefined): z.ZodType {
  return value === undefined ? schema.optional() : schema.default(value as z.core.util.NoUndefined<T>)
}

const toSnakeCase = (key: string): string => key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
