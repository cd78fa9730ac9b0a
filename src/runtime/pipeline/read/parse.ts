import { LineCounter, parseDocument, type YAMLError } from 'yaml'
import { Diagnostics } from '../diagnose/diagnostics.js'
import { checkTree } from './check-tree.js'
import { PipelineDocument } from './document.js'
import { MAX_DEPTH, offsetNestedTooDeeply } from './nesting-depth.js'
import { maskUnquoted } from './unquoted-placeholders.js'

interface Parsed {
  document: PipelineDocument
  diagnostics: Diagnostics
}

/** Parses YAML text into a document. Every syntax error becomes a diagnostic; without any, the document has plain data. */
export function parsePipeline(file: string, text: string): Parsed {
  const tooDeep = offsetNestedTooDeeply(text)
  if (tooDeep !== undefined) {
    const parsed = open(file, text, text.slice(0, tooDeep))
    const message = `this is nested too deeply: there can be ${MAX_DEPTH} levels`
    parsed.diagnostics.addSyntax(message, tooDeep, tooDeep + 1)
    return parsed
  }
  const { unquoted, masked } = maskUnquoted(text)
  const { document, diagnostics } = open(file, text, masked)
  for (const [start, end] of unquoted) {
    const written = text.slice(start, end)
    const message = `${written} is inside {…} or […], where YAML takes braces for its own; quote it`
    diagnostics.addSyntax(message, start, end, JSON.stringify(written))
  }
  const { errors, warnings } = document.yaml
  for (const { code, message, pos } of firstOfLine([...errors, ...warnings], document)) {
    const several = 'another document starts here; a pipeline file holds one'
    diagnostics.addSyntax(code === 'MULTIPLE_DOCS' ? several : message, ...pos)
  }
  if (diagnostics.isEmpty()) checkTree(document, diagnostics)
  return { document, diagnostics }
}

/**
 * Makes the document and its diagnostics.
 * @param text as the author wrote it, for code frames
 * @param parsed the same text, cut or masked so that the parser can read it
 */
function open(file: string, text: string, parsed: string): Parsed {
  const lines = new LineCounter()
  const yaml = parseDocument(parsed, { lineCounter: lines, prettyErrors: false })
  const document = new PipelineDocument(file, text, yaml, lines)
  return { document, diagnostics: new Diagnostics(document) }
}

/** Keeps the first error of each line: after one mistake the parser reports more up to the end of the line. */
function firstOfLine(errors: YAMLError[], document: PipelineDocument): YAMLError[] {
  const seen = new Set<number>()
  return errors.filter(({ pos }) => {
    const { line } = document.locationAt(...pos)
    return !seen.has(line) && seen.add(line)
  })
}
