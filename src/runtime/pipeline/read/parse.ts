import type { YAMLError } from 'yaml'
import { Diagnostics } from '../diagnose/diagnostics.js'
import { checkTree } from './check-tree.js'
import { compose } from './compose.js'
import { PipelineDocument } from './document.js'
import { MAX_DEPTH } from './nesting-depth.js'
import { maskUnquoted } from './unquoted-placeholders.js'

interface Parsed {
  document: PipelineDocument
  diagnostics: Diagnostics
}

/**
 * Parses YAML text into a document. Every syntax error becomes a diagnostic; without any, the document has plain data.
 * @throws TooManyFaults
 */
export function parsePipeline(file: string, text: string): Parsed {
  const composed = compose(text)
  const { unquoted, masked } =
    composed.yaml.errors.length > 0 ? maskUnquoted(text) : { unquoted: [], masked: text }
  const { yaml, lines, tooDeep } = unquoted.length > 0 ? compose(masked) : composed
  const document = new PipelineDocument(file, text, yaml, lines)
  const diagnostics = new Diagnostics(document)
  if (tooDeep !== undefined) {
    const message = `this is nested too deeply: there can be ${MAX_DEPTH} levels`
    diagnostics.addSyntax(message, tooDeep, tooDeep + 1)
    return { document, diagnostics }
  }
  for (const [start, end] of unquoted) {
    const written = text.slice(start, end)
    const message = `${written} is inside {…} or […], where YAML takes braces for its own; quote it`
    diagnostics.addSyntax(message, start, end, JSON.stringify(written))
  }
  for (const { code, message, pos } of firstOfLine([...yaml.errors, ...yaml.warnings], document)) {
    const several = 'another document starts here; a pipeline file holds one'
    diagnostics.addSyntax(code === 'MULTIPLE_DOCS' ? several : message, ...pos)
  }
  if (diagnostics.isEmpty()) checkTree(document, diagnostics)
  return { document, diagnostics }
}

/** Keeps the first error of each line: after one mistake the parser reports more up to the end of the line. */
function firstOfLine(errors: YAMLError[], document: PipelineDocument): YAMLError[] {
  const seen = new Set<number>()
  return errors.filter(({ pos }) => {
    const { line } = document.locationAt(...pos)
    return !seen.has(line) && seen.add(line)
  })
}
