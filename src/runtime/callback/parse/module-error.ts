import { DaffiError, messageOf } from '../../core/errors.js'
import { readThrown } from '../../core/thrown/read-thrown.js'
import { errorPlace, type Place } from '../../core/thrown/user-frames.js'

/** Text of jiti's error for a module that does not compile: `ParseError: message`, then file, line, and column from 0. */
const SYNTAX_ERROR = /^ParseError: (?<message>.*?)\s*\n\s*(?<file>.+):(?<line>\d+):(?<column>\d+)\s*$/s

/** Node's and jiti's text for a package that is not there; a missing file's name begins with a dot, a slash or a scheme. */
const MISSING_PACKAGE = /: Cannot find (?:module|package) '(?![./]|file:|#)/
const INSTALL =
  'Install the package, with npm install in the folder of the package.json that belongs to the module, or correct its name.'

/** Characters of an error's message that are told. */
const MAX_TEXT = 2000

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
  const location = errorPlace(error)
  const at = location === undefined ? file : `${location.file}:${location.line}`
  return failure(file, location, `${at}: ${describeError(error)}`, error)
}

/** Name and message of an error, without the list of requiring modules that Node appends. */
function describeError(error: unknown): string {
  const { name, message } = readThrown(error)
  const [text = ''] = message.slice(0, MAX_TEXT).split('\nRequire stack:')
  return name === 'Error' || name === message ? text : `${name}: ${text}`
}

function failure(file: string, location: Place | undefined, text: string, cause: unknown): DaffiError {
  const importer = location === undefined || location.file === file ? '' : ` (imported by ${file})`
  return new DaffiError('DAFFI_MODULE_FAILED', `a module cannot be loaded${importer}: ${text}`, {
    cause,
    details: { module: file, ...location },
    ...(MISSING_PACKAGE.test(text) && { next: INSTALL }),
  })
}
