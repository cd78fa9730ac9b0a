import { z } from 'zod'
import { DaffiError } from '../../core/errors.js'
import type { ModifierPlan } from '../../core/plan/plan.js'
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
  const { document, diagnostics } = parsePipeline('--modifier', `modifier: ${text}`)
  const parsed = diagnostics.isEmpty()
    ? entry.safeParse(document.data(), { error: knownKeysAsMessage })
    : undefined
  if (parsed?.success) return buildModifier(parsed.data.modifier, defaultTimeoutMs)
  if (parsed) addSchemaDiagnostics(document, flattenIssues(parsed.error.issues), diagnostics)
  const [first] = diagnostics.sorted()
  throw new DaffiError('DAFFI_USAGE', first?.message ?? `${text} is not a modifier`, {
    next: 'Write it as in a pipeline file; docs/pipeline.md lists them with their options.',
  })
}
