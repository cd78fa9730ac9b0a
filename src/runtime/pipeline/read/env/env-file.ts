import { KIB } from '../../../core/bytes.js'
import type { ErrorCode } from '../../../core/error-codes.js'
import type { Diagnostic } from '../../diagnose/diagnostic.js'
import { substitute, valueIn, type Environment } from '../interpolate.js'
import { tryReadText } from '../read-text.js'
import { parseEnv, type EnvPlace } from './parse-env.js'

/** A system takes no larger value into the environment of a process than twice this. */
const MAX_BYTES = 64 * KIB

const LITERAL = 'for a literal ${ write $${, or the value in single quotes'
const MISSING = `a variable that this value names is not set; ${LITERAL}`
const BAD_PLACEHOLDER = `a placeholder is not \${NAME}, \${NAME:-default} or \${NAME:?message}; ${LITERAL}`

/** Variables of an environment file and what is wrong in it, or why it cannot be read. */
export type EnvFile =
  { values: Record<string, string>; diagnostics: Diagnostic[] } | { fault: string; missing: boolean }

/**
 * Reads an environment file.
 * @param env variables for placeholders in it; the file's own come after these
 * @param earlier variables of files before it, which come last
 */
export async function readEnvFile(
  file: string,
  env: Environment,
  earlier: Environment = {},
): Promise<EnvFile> {
  const read = await tryReadText(file, MAX_BYTES)
  if (!('text' in read)) return read
  const { entries, faults } = parseEnv(read.text)
  const diagnostics = faults.map(({ at, message }) => diagnosticAt(file, at, 'DAFFI_ENV_SYNTAX', message))
  const values: Record<string, string> = {}
  const known = (name: string): string | undefined =>
    valueIn(env, name) ?? valueIn(values, name) ?? valueIn(earlier, name)
  for (const { name, value, hasPlaceholders, at } of entries) {
    const refuse = (code: ErrorCode, message: string): void => {
      diagnostics.push(diagnosticAt(file, at, code, message))
    }
    values[name] = hasPlaceholders ? replaced(value, known, refuse) : value
  }
  return { values, diagnostics }
}

/** A value with variables in place of placeholders. No part of it is in a message. */
function replaced(
  value: string,
  known: (name: string) => string | undefined,
  refuse: (code: ErrorCode, message: string) => void,
): string {
  let room = MAX_BYTES - value.length
  const read = (name: string): string | undefined => {
    const found = known(name)
    room -= found?.length ?? 0
    return room < 0 ? '' : found
  }
  const text = substitute(value, read, ({ code }) => {
    refuse(code, code === 'DAFFI_MISSING_ENV' ? MISSING : BAD_PLACEHOLDER)
  })
  if (room < 0) refuse('DAFFI_BAD_VALUE', `the value would be larger than ${MAX_BYTES} bytes`)
  return text
}

function diagnosticAt(file: string, at: EnvPlace, code: ErrorCode, message: string): Diagnostic {
  // No lines around it: they are values of the file.
  return { file, ...at, path: '', code, message, suggestion: null, frame: '' }
}
