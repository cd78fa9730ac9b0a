import { LineCounter, parseDocument, type YAMLError } from 'yaml'
import { PipelineDocument } from './document.js'
import { FaultReport } from './fault-report.js'
import { checkTree } from './tree.js'
import { maskUnquoted } from './unquoted.js'

/** YAML text to a document. Every syntax fault is reported; with none, the document has plain data. */
export function parsePipeline(
  file: string,
  text: string,
): { document: PipelineDocument; report: FaultReport } {
  const { unquoted, masked } = maskUnquoted(text)
  const lines = new LineCounter()
  const yaml = parseDocument(masked, { lineCounter: lines, prettyErrors: false })
  const document = new PipelineDocument(file, text, yaml, lines)
  const report = new FaultReport(document)
  for (const [start, end] of unquoted) {
    const written = text.slice(start, end)
    const message = `${written} stands where YAML reads braces of its own; quote it`
    report.addSyntax(message, start, end, JSON.stringify(written))
  }
  for (const { code, message, pos } of firstOfLine([...yaml.errors, ...yaml.warnings], lines)) {
    const text =
      code === 'MULTIPLE_DOCS' ? 'another document starts here; a pipeline file holds one' : message
    report.addSyntax(text, ...pos)
  }
  if (report.isEmpty()) checkTree(document, report)
  return { document, report }
}

/** One slip makes the parser complain again and again to the end of the line. */
function firstOfLine(errors: YAMLError[], lines: LineCounter): YAMLError[] {
  const seen = new Set<number>()
  return errors.filter(({ pos: [start] }) => {
    const { line } = lines.linePos(start)
    return !seen.has(line) && seen.add(line)
  })
}
