import { z } from 'zod'
import { pipeline } from './pipeline.js'
import { testFile } from './test.js'

type JsonSchema = z.core.JSONSchema.JSONSchema

/** An environment value can stand wherever one value stands. */
const PLACEHOLDER = { type: 'string', pattern: '\\$\\{' } as const

/** JSON Schema of the pipeline file, for editors; made from the schema that daffi itself checks by. */
export function pipelineJsonSchema(): JsonSchema {
  return toJsonSchema(pipeline, 'daffi pipeline')
}

/** JSON Schema of a `*.test.yaml`. */
export function testFileJsonSchema(): JsonSchema {
  return toJsonSchema(testFile, 'daffi tests')
}

function toJsonSchema(type: z.ZodType, title: string): JsonSchema {
  const schema = z.toJSONSchema(type, { io: 'input', unrepresentable: 'any', override: allowPlaceholder })
  return { ...schema, title }
}

const ANNOTATIONS: readonly string[] = ['$schema', 'default', 'description']

/** Free text holds a placeholder as it is; where more is asked of a value, a placeholder is the other choice. */
function allowPlaceholder({ jsonSchema, path }: { jsonSchema: JsonSchema; path: (string | number)[] }): void {
  const { type, const: word, enum: words, pattern } = jsonSchema
  const isText = type === 'string'
  if (typeof type !== 'string' || !['string', 'number', 'integer', 'boolean'].includes(type)) return
  if (isText && (word !== undefined || !(words || pattern))) return
  // A key of a mapping is never replaced; a number that is one of several choices has text beside it.
  if (path.includes('propertyNames') || (!isText && path.at(-2) === 'anyOf')) return
  const constraints = Object.entries(jsonSchema).filter(([key]) => !ANNOTATIONS.includes(key))
  for (const [key] of constraints) Reflect.deleteProperty(jsonSchema, key)
  jsonSchema.anyOf = [Object.fromEntries(constraints), PLACEHOLDER]
}
