import { z } from 'zod'
import { pipeline } from './pipeline.js'
import { testFile } from './test.js'

type JsonSchema = z.core.JSONSchema.JSONSchema

interface Place {
  jsonSchema: JsonSchema
  path: (string | number)[]
}

/** A placeholder for an environment value can replace any scalar. */
const PLACEHOLDER = { type: 'string', pattern: '\\$\\{' } as const

/** JSON Schema of the pipeline file, for editors; made from the schema that daffi itself uses. */
export function pipelineJsonSchema(): JsonSchema {
  return toJsonSchema(pipeline, 'daffi pipeline')
}

/** JSON Schema of a test file, `*.test.yaml`. */
export function testFileJsonSchema(): JsonSchema {
  return toJsonSchema(testFile, 'daffi tests')
}

function toJsonSchema(type: z.ZodType, title: string): JsonSchema {
  const schema = z.toJSONSchema(type, {
    io: 'input',
    unrepresentable: 'any',
    override: (place) => {
      allowPlaceholder(place)
      allowExtensions(place)
      omitKindOfView(place)
    },
  })
  return { ...schema, title }
}

/** Lets keys that begin with `x-` hold anything, beside daffi's keys and beside names of nodes and sources. */
function allowExtensions({ jsonSchema, path }: Place): void {
  const { type, additionalProperties, patternProperties, propertyNames } = jsonSchema
  // A schema with a default or a description comes here again.
  if (type !== 'object' || additionalProperties === undefined || patternProperties || path.includes('env'))
    return
  jsonSchema.patternProperties = { '^x-': {} }
  if (typeof propertyNames !== 'object') return
  jsonSchema.propertyNames = { anyOf: [propertyNames, { pattern: '^x-' }] }
}

/** Lets a view leave out its kind, which `view_of` says. */
function omitKindOfView({ jsonSchema: { properties, required } }: Place): void {
  if (properties?.view_of !== undefined && required) required.splice(0, required.length, 'view_of')
}

const ANNOTATIONS: readonly string[] = ['$schema', 'default', 'description']

/** Adds a placeholder as the alternative to a scalar with constraints; plain text accepts one anyway. */
function allowPlaceholder({ jsonSchema, path }: Place): void {
  const { type, const: constant, enum: choices, pattern } = jsonSchema
  const isText = type === 'string'
  if (typeof type !== 'string' || !['string', 'number', 'integer', 'boolean'].includes(type)) return
  if (isText && (constant !== undefined || !(choices || pattern))) return
  // Keys of a mapping take no placeholder; a number that is one branch of a union already has text beside it.
  if (path.includes('propertyNames') || (!isText && path.at(-2) === 'anyOf')) return
  const constraints = Object.entries(jsonSchema).filter(([key]) => !ANNOTATIONS.includes(key))
  for (const [key] of constraints) Reflect.deleteProperty(jsonSchema, key)
  jsonSchema.anyOf = [Object.fromEntries(constraints), PLACEHOLDER]
}
