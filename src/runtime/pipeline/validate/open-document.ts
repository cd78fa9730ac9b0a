import type { z } from 'zod'
import type { Diagnostics } from '../diagnose/diagnostics.js'
import type { PipelineDocument } from '../read/document.js'
import type { PipelineEnvironment } from '../read/env/environment.js'
import { interpolate } from '../read/interpolate.js'
import { parsePipeline, type FileText } from '../read/parse.js'
import { readEntry } from './read-entry.js'
import { addSchemaDiagnostics } from './schema-diagnostics.js'

interface OpenedDocument<T> {
  document: PipelineDocument
  diagnostics: Diagnostics
  /** Whether the text is YAML; otherwise nothing more can be checked. */
  readable: boolean
  /** Undefined when the schema refuses the document. */
  entry: T | undefined
}

/** Parses YAML text, of one file or of several that are merged, puts environment values in, and parses the result with a schema. */
export function openDocument<T>(
  texts: readonly [FileText, ...FileText[]],
  env: PipelineEnvironment,
  schema: z.ZodType<T>,
): OpenedDocument<T> {
  const { document, diagnostics } = parsePipeline(...texts)
  const readable = diagnostics.isEmpty()
  for (const each of env.diagnostics) diagnostics.include(each)
  if (!readable) return { document, diagnostics, readable, entry: undefined }
  interpolate(document, env.values, diagnostics)
  const { entry, issues } = readEntry(document, schema)
  addSchemaDiagnostics(document, issues, diagnostics)
  return { document, diagnostics, readable: true, entry }
}
