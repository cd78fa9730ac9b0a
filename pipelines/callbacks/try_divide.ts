import { context, RemoteError } from 'daffi'
import type { Calculator } from './calculator.js'

/** Has another node divide. What that throws is caught like any error of one's own. */
export default async function try_divide(a: number, b: number): Promise<number | string> {
  const { g } = context<Calculator>()
  try {
    return await g.call.divide(a, b)
  } catch (error) {
    if (error instanceof RemoteError) return `${error.node} says: ${error.message}`
    throw error
  }
}
