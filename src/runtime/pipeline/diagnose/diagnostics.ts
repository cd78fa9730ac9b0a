import type { ErrorCode } from '../../core/error-codes.js'
import { codeFrame, type Location } from './code-frame.js'
import { compareDiagnostics, type Diagnostic } from './diagnostic.js'
import { formatPath, type Path } from './key-path.js'

export interface DiagnosticOptions {
  code: ErrorCode
  message: string
  path: Path
  suggestion?: string | null | undefined
}

/** A file that knows the locations of its keys and values. */
export interface LocatedFile {
  readonly file: string
  readonly text: string
  /** Location of the value at a path, or of its key. */
  locationOf: (path: Path, target: 'key' | 'value') => Location
  /** Location of the text between two offsets. */
  locationAt: (start: number, end: number) => Location
}

/** Collects the diagnostics of one pipeline file and of the modules that it uses. */
export class Diagnostics {
  readonly #diagnostics: Diagnostic[] = []
  readonly #file: LocatedFile

  constructor(file: LocatedFile) {
    this.#file = file
  }

  /** Adds a diagnostic at a value of the pipeline file, or at its key. Only the first at each location is kept. */
  add(options: DiagnosticOptions, target: 'key' | 'value' = 'value'): void {
    const { file, text } = this.#file
    const location = this.#file.locationOf(options.path, target)
    const path = formatPath(options.path)
    const isKnown = this.#diagnostics.some(
      (each) => each.path === path && each.line === location.line && each.column === location.column,
    )
    if (!isKnown) this.addAt(file, text, location, options)
  }

  /** Adds a diagnostic of the file's YAML, between two offsets. */
  addSyntax(message: string, start: number, end: number, suggestion?: string): void {
    const { file, text } = this.#file
    const location = this.#file.locationAt(start, end)
    this.addAt(file, text, location, { code: 'DAFFI_YAML_SYNTAX', message, path: [], suggestion })
  }

  /** Adds a diagnostic at a location of any file, such as a module's. */
  addAt(
    file: string,
    text: string,
    location: Location,
    { code, message, path, suggestion = null }: DiagnosticOptions,
  ): void {
    const { line, column } = location
    const frame = codeFrame(text, location)
    this.#diagnostics.push({ file, line, column, path: formatPath(path), code, message, suggestion, frame })
  }

  isEmpty(): boolean {
    return this.#diagnostics.length === 0
  }

  /** All diagnostics by file, in the order of reading. */
  sorted(): Diagnostic[] {
    return this.#diagnostics.toSorted(compareDiagnostics)
  }
}
