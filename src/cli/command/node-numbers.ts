import { isToken } from '../../runtime/core/names.js'
import { DaffiError } from '../../runtime/core/errors.js'
import { MAX_REPLICAS } from '../../runtime/core/plan/plan.js'

/**
 * Reads numbers of processes of nodes, such as `worker=3`.
 * @throws DaffiError DAFFI_USAGE
 */
export function readNumbers(texts: readonly string[]): Record<string, number> {
  const numbers: Record<string, number> = Object.create(null) as Record<string, number>
  for (const text of texts) {
    const [, name = '', digits = ''] = /^([^=]*)=(\d{1,4})$/.exec(text) ?? []
    const number = Number(digits)
    if (!isToken(name) || number < 1 || number > MAX_REPLICAS)
      throw new DaffiError('DAFFI_USAGE', `${JSON.stringify(text)} is no node and number of processes`, {
        next: `Write NODE=N, with N from 1 to ${MAX_REPLICAS}; daffi stop NODE ends all processes of a node.`,
      })
    if (name in numbers) throw new DaffiError('DAFFI_USAGE', `${name} is named twice`)
    numbers[name] = number
  }
  return numbers
}
