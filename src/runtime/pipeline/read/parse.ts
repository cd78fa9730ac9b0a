import type { YAMLError } from 'yaml'
import { Diagnostics } from '../diagnose/diagnostics.js'
import { PipelineDocument } from './document.js'
import { checkTree } from './yaml/check-tree.js'
import { compose } from './yaml/compose.js'
import { MAX_DEPTH } from './yaml/nesting-depth.js'
import { maskUnquoted, type Span } from './yaml/unquoted-placeholders.js'
import { YamlFile } from './yaml/yaml-file.js'

/** A file with its text. */
export interface FileText {
  file: string
  text: string
}

interface Parsed {
  document: PipelineDocument
  diagnostics: Diagnostics
}

/** A file that was parsed, and what is known to be wrong with it. */
interface Opened {
  file: YamlFile
  /** Offset of a value that is nested too deeply. */
  tooDeep: number | undefined
  /** Placeholders that lack quotes. */
  unquoted: Span[]
}

/**
 * Parses YAML text, of one file or of several that are merged, into a document. Every syntax error becomes a diagnostic; without
 * any, the document has plain data.
 * @throws TooManyFaults
 */
export function parsePipeline(first: FileText, ...others: FileText[]): Parsed {
  const opened: [Opened, ...Opened[]] = [open(first), ...others.map(open)]
  const [main, ...more] = opened
  const document = new PipelineDocument([main.file, ...more.map(({ file }) => file)])
  const diagnostics = new Diagnostics(document)
  for (const each of opened) checkFile(each, diagnostics)
  return { document, diagnostics }
}

function open({ file, text }: FileText): Opened {
  const composed = compose(text)
  const { unquoted, masked } =
    composed.yaml.errors.length > 0 ? maskUnquoted(text) : { unquoted: [], masked: text }
  const { yaml, lines, tooDeep } = unquoted.length > 0 ? compose(masked) : composed
  return { file: new YamlFile(file, text, yaml, lines), tooDeep, unquoted }
}

function checkFile({ file, tooDeep, unquoted }: Opened, diagnostics: Diagnostics): void {
  const { yaml, text } = file
  if (tooDeep !== undefined) {
    const message = `this is nested too deeply: there can be ${MAX_DEPTH} levels`
    diagnostics.addSyntax(message, file.placeAt(tooDeep, tooDeep + 1))
    return
  }
  for (const [start, end] of unquoted) {
    const written = text.slice(start, end)
    const message = `${written} is inside {…} or […], where YAML takes braces for its own; quote it`
    diagnostics.addSyntax(message, file.placeAt(start, end), JSON.stringify(written))
  }
  const errors = firstOfLine([...yaml.errors, ...yaml.warnings], file)
  for (const { code, message, pos } of errors) {
    const several = 'another document starts here; a pipeline file holds one'
    diagnostics.addSyntax(code === 'MULTIPLE_DOCS' ? several : message, file.placeAt(...pos))
  }
  if (unquoted.length === 0 && errors.length === 0) checkTree(file, diagnostics)
}

/** Keeps the first error of each line: after one mistake the parser reports more up to the end of the line. */
function firstOfLine(errors: YAMLError[], file: YamlFile): YAMLError[] {
  const seen = new Set<number>()
  return errors.filter(({ pos }) => {
    const { line } = file.placeAt(...pos)
    return !seen.has(line) && seen.add(line)
  })
}
