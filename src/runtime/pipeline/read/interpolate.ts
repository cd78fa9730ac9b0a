import type { PipelineDocument } from './document.js'
import type { FaultOptions, FaultReport } from '../diagnose/diagnostics.js'

export type Environment = Readonly<Record<string, string | undefined>>

const PLACEHOLDER = /\$\$\{|\$\{([^}]*)(\}?)/g
const INSIDE = /^([A-Za-z_][A-Za-z0-9_]*)(?::([-?])(.*))?$/s

/**
 * Puts environment values into scalars, after parsing, so that a value can never add YAML: `${NAME}`,
 * `${NAME:-default}` and `${NAME:?message}` (both for unset or empty, as in a shell), `$${` for a literal `${`.
 * Keys are left alone.
 */
export function interpolate(document: PipelineDocument, env: Environment, report: FaultReport): void {
  for (const [path, scalar] of document.scalars()) {
    if (typeof scalar.value !== 'string' || !scalar.value.includes('${')) continue
    const text = substitute(scalar.value, env, (fault) => {
      report.addAt(document.file, document.text, document.placeOf(path), { ...fault, path })
    })
    document.interpolated.set(scalar, text)
    scalar.value = scalar.type === 'PLAIN' ? readPlain(text) : text
  }
}

function substitute(
  text: string,
  env: Environment,
  fault: (fault: Omit<FaultOptions, 'path'>) => void,
): string {
  return text.replace(PLACEHOLDER, (whole: string, inside: string | undefined, close: string) => {
    if (inside === undefined) return '${'
    const [, name, operator, rest = ''] = INSIDE.exec(inside) ?? []
    if (name === undefined || close === '') {
      const message = `${whole} is not \${NAME}, \${NAME:-default} or \${NAME:?message}; for a literal \${ write $\${`
      fault({ code: 'DAFFI_BAD_VALUE', message })
      return whole
    }
    const value = env[name]
    if (operator === undefined ? value !== undefined : value) return value ?? ''
    if (operator === '-') return rest
    const why = rest ? `: ${rest}` : value === '' ? ' is empty' : ' is not set'
    fault({ code: 'DAFFI_MISSING_ENV', message: `environment variable ${name}${why}` })
    return whole
  })
}

/** A plain scalar is read as YAML would have read it: a number, true, false, or text. */
function readPlain(text: string): string | number | boolean {
  if (/^[-+]?\d+(\.\d+)?$/.test(text)) return Number(text)
  if (text === 'true' || text === 'false') return text === 'true'
  return text
}
