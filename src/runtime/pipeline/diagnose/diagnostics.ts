import type { ErrorCode } from '../../core/error-codes.js'
import { codeFrame, type Location, type Place } from './code-frame.js'
import { compareDiagnostics, type Diagnostic } from './diagnostic.js'
import { formatPath, type Path } from './key-path.js'

/** More than anybody reads of one file. */
const MAX_FAULTS = 100

export interface DiagnosticOptions {
  code: ErrorCode
  message: string
  path: Path
  suggestion?: string | null | undefined
}

/** A pipeline, of one file or several, that knows the places of its keys and values, and its secrets. */
export interface LocatedFile {
  /** The first file. */
  readonly file: string
  /** Place of the value at a path, or of its key. */
  locationOf: (path: Path, target: 'key' | 'value') => Place
  /** Whether the environment has a part in the value at a path. */
  isInterpolated: (path: Path) => boolean
  /** The message without values of the environment, and without secrets of URLs. */
  withoutSecrets: (message: string) => string
}

/** Ends the checks of a file that has so many faults that the rest is not worth the time. */
export class TooManyFaults extends Error {
  constructor(readonly diagnostics: Diagnostics) {
    super(`there are more than ${MAX_FAULTS} faults`)
  }
}

/** Collects the diagnostics of one pipeline and of the modules that it uses, up to a limit. */
export class Diagnostics {
  readonly #diagnostics: Diagnostic[] = []
  readonly #places = new Set<string>()
  readonly #file: LocatedFile

  constructor(file: LocatedFile) {
    this.#file = file
  }

  /**
   * Adds a diagnostic at a value of the pipeline file, or at its key. Only the first at each location is kept.
   * @throws TooManyFaults, as all that add do
   */
  add(options: DiagnosticOptions, target: 'key' | 'value' = 'value'): void {
    const location = this.#file.locationOf(options.path, target)
    if (this.#places.has(placeOf(location, options))) return
    // Another value for a variable of the environment does not belong into the file.
    const suggestion = this.#file.isInterpolated(options.path) ? null : options.suggestion
    this.addHere(location, { ...options, suggestion })
  }

  /** Adds a diagnostic of a file's YAML. */
  addSyntax(message: string, place: Place, suggestion?: string): void {
    this.addHere(place, { code: 'DAFFI_YAML_SYNTAX', message, path: [], suggestion })
  }

  /** Adds a diagnostic at a place in a pipeline file. */
  addHere(place: Place, options: DiagnosticOptions): void {
    this.#places.add(placeOf(place, options))
    this.addAt(place.in.file, place.in.quotable, place, options)
  }

  /** Adds a diagnostic at a location of any file, such as a module's. */
  addAt(
    file: string,
    text: string,
    location: Location,
    { code, message, path, suggestion = null }: DiagnosticOptions,
  ): void {
    this.include({
      file,
      line: location.line,
      column: location.column,
      path: formatPath(path),
      code,
      message: this.#file.withoutSecrets(message),
      suggestion: suggestion === null ? null : this.#file.withoutSecrets(suggestion),
      frame: codeFrame(text, location),
    })
  }

  /** Adds a diagnostic that was made elsewhere. */
  include(diagnostic: Diagnostic): void {
    if (this.#diagnostics.length === MAX_FAULTS) {
      this.#diagnostics.push({
        file: this.#file.file,
        line: diagnostic.line,
        column: diagnostic.column,
        path: '',
        code: 'DAFFI_TOO_MANY_FAULTS',
        message: `there are more faults; these are ${MAX_FAULTS} of them`,
        suggestion: null,
        frame: '',
      })
      throw new TooManyFaults(this)
    }
    this.#diagnostics.push(diagnostic)
  }

  isEmpty(): boolean {
    return this.#diagnostics.length === 0
  }

  /** All diagnostics by file, in the order of reading; that there are more comes last. */
  sorted(): Diagnostic[] {
    const faults = this.#diagnostics.slice(0, MAX_FAULTS).toSorted(compareDiagnostics)
    return [...faults, ...this.#diagnostics.slice(MAX_FAULTS)]
  }
}

function placeOf({ in: { file }, line, column }: Place, { path }: DiagnosticOptions): string {
  return `${file}:${line}:${column} ${formatPath(path)}`
}
