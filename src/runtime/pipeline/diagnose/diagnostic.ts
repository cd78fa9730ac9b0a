import type { ErrorCode } from '../../core/error-codes.js'

/** Something wrong in a pipeline file or in a module that it uses. */
export interface Fault {
  file: string
  /** From 1. */
  line: number
  /** From 1. */
  column: number
  /** Where in the pipeline, as `nodes.process1.calls[0].source`; empty for the whole of it. */
  path: string
  code: ErrorCode
  message: string
  /** What was probably meant, to be put in its place. */
  suggestion: string | null
  /** The lines around it, the place marked. */
  frame: string
}

export type Path = readonly (string | number)[]

export function formatPath(path: Path): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === 'number') return `${text}[${key}]`
    return text === '' ? key : `${text}.${key}`
  }, '')
}

export function compareFaults(a: Fault, b: Fault): number {
  return a.file.localeCompare(b.file) || a.line - b.line || a.column - b.column
}
