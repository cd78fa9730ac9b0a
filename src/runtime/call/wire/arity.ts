import { DaffiError } from '../../core/errors.js'
import type { Arity } from '../../core/plan/plan.js'

/**
 * Checks the number of arguments of a call.
 * @throws DaffiError DAFFI_ARGUMENT_COUNT
 */
export function checkArity(name: string, arity: Arity, count: number): void {
  const { min, max } = arity
  if ((min === null || count >= min) && (max === null || count <= max)) return
  const takes = describeArity(arity)
  throw new DaffiError(
    'DAFFI_ARGUMENT_COUNT',
    `"${name}" takes ${takes} ${takes === '1' ? 'argument' : 'arguments'}, not ${count}`,
  )
}

function describeArity({ min, max }: Arity): string {
  if (max === null) return `at least ${min}`
  if (min === null) return `at most ${max}`
  return min === max ? `${min}` : `${min} to ${max}`
}

/** The names in alphabetical order, for a message. */
export function listed(names: readonly string[]): string {
  return names.length === 0 ? 'nothing' : [...names].sort().join(', ')
}
