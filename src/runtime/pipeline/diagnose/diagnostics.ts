import type { ErrorCode } from '../../core/error-codes.js'
import { codeFrame, type Place } from './code-frame.js'
import type { PipelineDocument } from '../read/document.js'
import { compareFaults, formatPath, type Fault, type Path } from './diagnostic.js'

export interface FaultOptions {
  code: ErrorCode
  message: string
  path: Path
  suggestion?: string | null | undefined
}

/** Gathers the faults of one pipeline file and of the modules that it uses. */
export class FaultReport {
  readonly #faults: Fault[] = []
  readonly #document: PipelineDocument

  constructor(document: PipelineDocument) {
    this.#document = document
  }

  /** A fault at a value of the pipeline file, or at its key. The first one found there is the one to mend. */
  add(options: FaultOptions, part: 'key' | 'value' = 'value'): void {
    const { file, text } = this.#document
    const place = this.#document.placeOf(options.path, part)
    const path = formatPath(options.path)
    const isThere = this.#faults.some(
      (fault) => fault.path === path && fault.line === place.line && fault.column === place.column,
    )
    if (!isThere) this.addAt(file, text, place, options)
  }

  /** A fault of the file's YAML, by offsets. */
  addSyntax(message: string, start: number, end: number, suggestion?: string): void {
    const { file, text } = this.#document
    const place = this.#document.placeAt(start, end)
    this.addAt(file, text, place, { code: 'DAFFI_YAML_SYNTAX', message, path: [], suggestion })
  }

  addAt(
    file: string,
    text: string,
    place: Place,
    { code, message, path, suggestion = null }: FaultOptions,
  ): void {
    const { line, column } = place
    const frame = codeFrame(text, place)
    this.#faults.push({ file, line, column, path: formatPath(path), code, message, suggestion, frame })
  }

  isEmpty(): boolean {
    return this.#faults.length === 0
  }

  /** By file, in the order of reading. */
  sorted(): Fault[] {
    return this.#faults.toSorted(compareFaults)
  }
}
