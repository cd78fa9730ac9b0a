import type { DiagnosticOptions, Diagnostics } from '../diagnose/diagnostics.js'
import type { PipelineDocument } from './document.js'
import { wholeNumber } from './yaml/whole-number.js'
import type { YamlFile } from './yaml/yaml-file.js'

export type Environment = Readonly<Record<string, string | undefined>>

const PLACEHOLDER = /\$\$\{|\$\{([^}]*)(\}?)/g
const INSIDE = /^([A-Za-z_][A-Za-z0-9_]*)(?::([-?])(.*))?$/s

/**
 * Replaces placeholders in scalars by environment values, after parsing, so that a value can never add YAML: `${NAME}`,
 * `${NAME:-default}` and `${NAME:?message}` (both for unset or empty, as in a shell); `$${` is a literal `${`.
 * Keys are not touched. In each of several files by itself,
 * also where another file replaces the value.
 */
export function interpolate(document: PipelineDocument, env: Environment, diagnostics: Diagnostics): void {
  for (const file of document.files) interpolateFile(file, document, env, diagnostics)
}

function interpolateFile(
  file: YamlFile,
  document: PipelineDocument,
  env: Environment,
  diagnostics: Diagnostics,
): void {
  for (const [path, scalar] of file.scalars()) {
    if (typeof scalar.value !== 'string' || !scalar.value.includes('${')) continue
    const values = new Map<string, string>()
    const known = (name: string): string | undefined => {
      const value = valueIn(env, name)
      if (value) values.set(name, value)
      return value
    }
    const text = substitute(scalar.value, known, (problem) => {
      diagnostics.addHere(file.placeOf(scalar), { ...problem, path })
    })
    document.interpolated.set(scalar, text)
    if (values.size > 0) document.hidden.add(text, scalar.value)
    for (const [name, value] of values) document.hidden.addVariable(name, value)
    scalar.value = scalar.type === 'PLAIN' ? readPlain(text) : text
  }
}

/** The value of a variable. What every object has, such as `constructor`, is none. */
export function valueIn(env: Environment, name: string): string | undefined {
  return Object.hasOwn(env, name) ? env[name] : undefined
}

/** Replaces the placeholders in one text. */
export function substitute(
  text: string,
  read: (name: string) => string | undefined,
  report: (problem: Omit<DiagnosticOptions, 'path'>) => void,
): string {
  return text.replace(PLACEHOLDER, (whole: string, inside: string | undefined, close: string) => {
    if (inside === undefined) return '${'
    const [, name, operator, rest = ''] = INSIDE.exec(inside) ?? []
    if (name === undefined || close === '') {
      const message = `${whole} is not \${NAME}, \${NAME:-default} or \${NAME:?message}; for a literal \${ write $\${`
      report({ code: 'DAFFI_BAD_VALUE', message })
      return whole
    }
    const value = read(name)
    if (operator === undefined ? value !== undefined : value) return value ?? ''
    if (operator === '-') return rest
    const why = rest ? `: ${rest}` : value === '' ? ' is empty' : ' is not set'
    report({ code: 'DAFFI_MISSING_ENV', message: `environment variable ${name}${why}` })
    return whole
  })
}

/** Reads a plain scalar as YAML would: as a number, true, false, or text. */
function readPlain(text: string): string | number | bigint | boolean {
  if (/^[-+]?\d+$/.test(text)) return wholeNumber(BigInt(text.replace('+', '')), text)
  if (/^[-+]?\d+\.\d+$/.test(text)) return Number(text)
  if (text === 'true' || text === 'false') return text === 'true'
  return text
}
