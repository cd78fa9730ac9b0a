import type { z } from 'zod'
import type { PipelineDocument } from '../read/document.js'
import type { FaultReport } from '../diagnose/diagnostics.js'
import { interpolate, type Environment } from '../read/interpolate.js'
import { parsePipeline } from '../read/parse.js'
import { readEntry } from './read-entry.js'
import { addSchemaFaults } from './schema-diagnostics.js'

interface OpenedDocument<T> {
  document: PipelineDocument
  report: FaultReport
  /** Whether it is YAML at all; without that there is nothing more to check. */
  readable: boolean
  /** Undefined when the schema finds fault with it. */
  entry: T | undefined
}

/** From YAML text, with environment values put in, to what a schema makes of it. */
export function openDocument<T>(
  file: string,
  text: string,
  env: Environment,
  schema: z.ZodType<T>,
): OpenedDocument<T> {
  const { document, report } = parsePipeline(file, text)
  if (!report.isEmpty()) return { document, report, readable: false, entry: undefined }
  interpolate(document, env, report)
  const { entry, issues } = readEntry(document, schema)
  addSchemaFaults(document, issues, report)
  return { document, report, readable: true, entry }
}
