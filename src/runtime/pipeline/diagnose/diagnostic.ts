import { resolve } from 'node:path'
import type { ErrorCode } from '../../core/error-codes.js'

/** One thing wrong in a pipeline file or in a module that it uses. Users see it as a fault. */
export interface Diagnostic {
  file: string
  /** From 1. */
  line: number
  /** From 1. */
  column: number
  /** Path in the pipeline, as `nodes.process1.calls[0].source`; empty for the whole file. */
  path: string
  code: ErrorCode
  message: string
  /** Text that was probably meant, to replace what is at the location; null when there is no guess. */
  suggestion: string | null
  /** Lines around the location, which is marked. */
  frame: string
}

/** Sorts by file, then in the order of reading. How a file is named says nothing about its place: a path may be relative or absolute. */
export function compareDiagnostics(a: Diagnostic, b: Diagnostic): number {
  return resolve(a.file).localeCompare(resolve(b.file)) || a.line - b.line || a.column - b.column
}
