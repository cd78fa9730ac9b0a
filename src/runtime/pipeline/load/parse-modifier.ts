import { z } from 'zod'
import { DaffiError } from '../../core/errors.js'
import type { ModifierPlan } from '../../core/plan/plan.js'
import { TooManyFaults, type Diagnostics } from '../diagnose/diagnostics.js'
import { buildModifier } from '../plan/build-modifier.js'
import { parsePipeline } from '../read/parse.js'
import { modifier } from '../schema/modifier.js'
import { flattenIssues, knownKeysAsMessage } from '../validate/issues.js'
import { addSchemaDiagnostics } from '../validate/schema-diagnostics.js'

const entry = z.strictObject({ modifier })

/**
 * Parses a modifier that is written as in a pipeline file, such as `BROADCAST` or `{ BG: { delay: 2s } }`.
 * @throws DaffiError DAFFI_USAGE
 */
export function parseModifier(text: string, defaultTimeoutMs: number): ModifierPlan {
  const read = readModifier(`modifier: ${text}`)
  if ('modifier' in read) return buildModifier(read.modifier, defaultTimeoutMs)
  const [first] = read.diagnostics.sorted()
  throw new DaffiError('DAFFI_USAGE', first?.message ?? `${text} is not a modifier`, {
    next: 'Write it as in a pipeline file; docs/pipeline.md lists them with their options.',
  })
}

function readModifier(text: string): z.output<typeof entry> | { diagnostics: Diagnostics } {
  try {
    const { document, diagnostics } = parsePipeline({ file: '--modifier', text })
    if (!diagnostics.isEmpty()) return { diagnostics }
    const parsed = entry.safeParse(document.data(), { error: knownKeysAsMessage })
    if (parsed.success) return parsed.data
    addSchemaDiagnostics(document, flattenIssues(parsed.error.issues), diagnostics)
    return { diagnostics }
  } catch (error) {
    if (error instanceof TooManyFaults) return error
    throw error
  }
}
