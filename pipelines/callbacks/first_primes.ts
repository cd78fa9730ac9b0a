import { context } from 'daffi'

/** So many primes. Leaving the loop ends the search on the node that yields them. */
export default async function first_primes(count: number): Promise<number[]> {
  const { g } = context<typeof import('./primes.js')>()
  const first: number[] = []
  for await (const prime of g.call.primes()) {
    first.push(prime)
    if (first.length >= count) break
  }
  return first
}
