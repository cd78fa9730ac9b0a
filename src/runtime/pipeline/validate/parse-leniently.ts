import type { z } from 'zod'
import { isView, sourceSchema, type SourceEntry } from '../schema/source.js'

/** The values of an object that fit their key's schema; the others are left out. */
export function parseLeniently<S extends z.ZodObject>(
  schema: S,
  raw: Record<string, unknown>,
): Partial<z.output<S>> {
  const values = Object.entries(schema.shape).flatMap(([key, each]) => {
    const { success, data } = (each as z.ZodType).safeParse(raw[key])
    return success ? [[key, data] as const] : []
  })
  return Object.fromEntries(values) as Partial<z.output<S>>
}

/** The values of a source that fit the schema of its kind; none when the kind is unknown. */
export function parseSourceLeniently(raw: Record<string, unknown>): Partial<SourceEntry> {
  const schema = sourceSchema(raw)
  if (!schema) return {}
  return parseLeniently(schema, isView(raw) ? { ...raw, kind: 'view' } : raw)
}

/** The value when it is an object, else an empty one. */
export function recordOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}

/** The value when it is a list, else an empty one. */
export function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : []
}
