import { DaffiError } from '../core/errors.js'
import { nearest } from '../core/text/nearest.js'
import type { TestPlan } from '../pipeline/index.js'

/**
 * The tests whose names contain one of these texts, in any case; all without a text.
 * @throws DaffiError DAFFI_NO_TESTS when a text is in no name
 */
export function chooseTests(tests: readonly TestPlan[], texts: readonly string[]): TestPlan[] {
  if (texts.length === 0) return [...tests]
  const names = tests.map(({ name }) => name)
  const has = (name: string, text: string): boolean => name.toLowerCase().includes(text.toLowerCase())
  const unknown = texts.find((text) => !names.some((name) => has(name, text)))
  if (unknown === undefined) return tests.filter(({ name }) => texts.some((text) => has(name, text)))
  const near = nearest(unknown, names)
  throw new DaffiError('DAFFI_NO_TESTS', `no test's name contains "${unknown}"`, {
    next: near === undefined ? `The tests are: ${names.join(', ')}.` : `Did you mean "${near}"?`,
  })
}
