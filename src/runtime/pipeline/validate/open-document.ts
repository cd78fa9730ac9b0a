import type { z } from 'zod'
import type { Diagnostics } from '../diagnose/diagnostics.js'
import type { PipelineDocument } from '../read/document.js'
import { interpolate, type Environment } from '../read/interpolate.js'
import { parsePipeline } from '../read/parse.js'
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

/** Parses YAML text, puts environment values in, and parses the result with a schema. */
export function openDocument<T>(
  file: string,
  text: string,
  env: Environment,
  schema: z.ZodType<T>,
): OpenedDocument<T> {
  const { document, diagnostics } = parsePipeline(file, text)
  if (!diagnostics.isEmpty()) return { document, diagnostics, readable: false, entry: undefined }
  interpolate(document, env, diagnostics)
  const { entry, issues } = readEntry(document, schema)
  addSchemaDiagnostics(document, issues, diagnostics)
  return { document, diagnostics, readable: true, entry }
}
