import { LineCounter, parseDocument, type YAMLError } from 'yaml'
import { tooDeep } from './nesting-depth.js'
import { PipelineDocument } from './document.js'
import { FaultReport } from '../diagnose/diagnostics.js'
import { checkTree } from './check-tree.js'
import { maskUnquoted } from './unquoted-placeholders.js'

interface Parsed {
  document: PipelineDocument
  report: FaultReport
}

/** YAML text to a document. Every syntax fault is reported; with none, the document has plain data. */
export function parsePipeline(file: string, text: string): Parsed {
  const deep = tooDeep(text)
  if (deep !== undefined) {
    const parsed = open(file, text, text.slice(0, deep))
    parsed.report.addSyntax('this is nested too deeply', deep, deep + 1)
    return parsed
  }
  const { unquoted, masked } = maskUnquoted(text)
  const { document, report } = open(file, text, masked)
  for (const [start, end] of unquoted) {
    const written = text.slice(start, end)
    const message = `${written} stands where YAML reads braces of its own; quote it`
    report.addSyntax(message, start, end, JSON.stringify(written))
  }
  const { errors, warnings } = document.yaml
  for (const { code, message, pos } of firstOfLine([...errors, ...warnings], document)) {
    const several = 'another document starts here; a pipeline file holds one'
    report.addSyntax(code === 'MULTIPLE_DOCS' ? several : message, ...pos)
  }
  if (report.isEmpty()) checkTree(document, report)
  return { document, report }
}

/** The text as it is shown, and as much of it as is to be parsed. */
function open(file: string, text: string, parsed: string): Parsed {
  const lines = new LineCounter()
  const yaml = parseDocument(parsed, { lineCounter: lines, prettyErrors: false })
  const document = new PipelineDocument(file, text, yaml, lines)
  return { document, report: new FaultReport(document) }
}

/** One slip makes the parser complain again and again to the end of the line. */
function firstOfLine(errors: YAMLError[], document: PipelineDocument): YAMLError[] {
  const seen = new Set<number>()
  return errors.filter(({ pos }) => {
    const { line } = document.placeAt(...pos)
    return !seen.has(line) && seen.add(line)
  })
}
