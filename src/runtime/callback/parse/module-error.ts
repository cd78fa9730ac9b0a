import { join, sep } from 'node:path'
import { DaffiError, messageOf } from '../../core/errors.js'
import { packageFile } from '../../core/process/package-file.js'

/** Where in the user's code an error comes from. */
interface Location {
  file: string
  line: number
}

const PACKAGE = packageFile('.')
/** Folders of daffi's own code, as built and as written. */
const OWN_CODE: readonly string[] = ['dist', 'src'].map((folder) => join(PACKAGE, folder) + sep)

/** Text of jiti's error for a module that does not compile: `ParseError: message`, then file, line, and column from 0. */
const SYNTAX_ERROR = /^ParseError: (?<message>.*?)\s*\n\s*(?<file>.+):(?<line>\d+):(?<column>\d+)\s*$/s

const STACK_FRAME = /^\s+at (?:.*\()?(?:file:\/\/)?(?<file>(?:\/|[A-Za-z]:).*?):(?<line>\d+):\d+\)?$/gm

/** The error to throw for a module that does not load, with file and line of the cause, which may be in a module that it imports. */
export function moduleFailed(file: string, error: unknown): DaffiError {
  const syntax = SYNTAX_ERROR.exec(messageOf(error))?.groups
  if (syntax) {
    const column = Number(syntax['column']) + 1
    const location = { file: syntax['file'] ?? file, line: Number(syntax['line']), column }
    return failure(
      file,
      location,
      `${location.file}:${location.line}:${column}: ${syntax['message'] ?? ''}`,
      error,
    )
  }
  const location = errorLocation(error)
  const at = location === undefined ? file : `${location.file}:${location.line}`
  return failure(file, location, `${at}: ${describeError(error)}`, error)
}

/** File and line of the first stack frame in the user's code. Not the column, which is that of the compiled line. */
export function errorLocation(error: unknown): Location | undefined {
  const stack = error instanceof Error ? (error.stack ?? '') : ''
  for (const { groups } of stack.matchAll(STACK_FRAME)) {
    const file = groups?.['file'] ?? ''
    if (OWN_CODE.some((folder) => file.startsWith(folder)) || /[\\/]node_modules[\\/]/.test(file)) continue
    return { file, line: Number(groups?.['line']) }
  }
  return undefined
}

/** Name and message of an error, without the list of requiring modules that Node appends. */
function describeError(error: unknown): string {
  const message = messageOf(error).split('\nRequire stack:')[0] ?? ''
  return error instanceof Error && error.name !== 'Error' ? `${error.name}: ${message}` : message
}

function failure(file: string, location: Location | undefined, text: string, cause: unknown): DaffiError {
  const importer = location === undefined || location.file === file ? '' : ` (imported by ${file})`
  return new DaffiError('DAFFI_MODULE_FAILED', `a module cannot be loaded${importer}: ${text}`, {
    cause,
    details: { module: file, ...location },
  })
}
