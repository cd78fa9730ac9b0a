import { dirname, join, sep } from 'node:path'
import { DaffiError, messageOf } from '../../core/errors.js'
import { packageFile } from '../../core/process/package-file.js'

interface Place {
  file: string
  line: number
}

const PACKAGE = dirname(packageFile('package.json'))
/** Folders of daffi's own code, as built and as written. */
const OWN_CODE: readonly string[] = ['dist', 'src'].map((folder) => join(PACKAGE, folder) + sep)

/** jiti throws what its compiler found wrong as text: `ParseError: message`, then the place with a column from 0. */
const SYNTAX_ERROR = /^ParseError: (?<message>.*?)\s*\n\s*(?<file>.+):(?<line>\d+):(?<column>\d+)\s*$/s

const STACK_FRAME = /^\s+at (?:.*\()?(?:file:\/\/)?(?<file>(?:\/|[A-Za-z]:).*?):(?<line>\d+):\d+\)?$/gm

/** What to tell of a module that does not load: the file and line at fault, which may be of a module that it imports. */
export function moduleFailed(file: string, error: unknown): DaffiError {
  const syntax = SYNTAX_ERROR.exec(messageOf(error))?.groups
  if (syntax) {
    const column = Number(syntax['column']) + 1
    const place = { file: syntax['file'] ?? file, line: Number(syntax['line']), column }
    return failure(file, place, `${place.file}:${place.line}:${column}: ${syntax['message'] ?? ''}`, error)
  }
  const place = placeOf(error)
  const at = place === undefined ? file : `${place.file}:${place.line}`
  return failure(file, place, `${at}: ${describeError(error)}`, error)
}

/** The first of the user's own lines on the error's stack. Columns would be those of the compiled line. */
export function placeOf(error: unknown): Place | undefined {
  const stack = error instanceof Error ? (error.stack ?? '') : ''
  for (const { groups } of stack.matchAll(STACK_FRAME)) {
    const file = groups?.['file'] ?? ''
    if (OWN_CODE.some((folder) => file.startsWith(folder)) || /[\\/]node_modules[\\/]/.test(file)) continue
    return { file, line: Number(groups?.['line']) }
  }
  return undefined
}

/** Node adds a list of modules that required each other, which says nothing here. */
function describeError(error: unknown): string {
  const message = messageOf(error).split('\nRequire stack:')[0] ?? ''
  return error instanceof Error && error.name !== 'Error' ? `${error.name}: ${message}` : message
}

function failure(file: string, place: Place | undefined, text: string, cause: unknown): DaffiError {
  const importer = place === undefined || place.file === file ? '' : ` (imported by ${file})`
  return new DaffiError('DAFFI_MODULE_FAILED', `a module cannot be loaded${importer}: ${text}`, {
    cause,
    details: { module: file, ...place },
  })
}
