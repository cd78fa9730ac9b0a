import { context } from 'daffi'

/** The prime numbers below a limit, each as soon as it is found; without a limit there is no end of them. */
export function* primes(limit = Infinity): Generator<number> {
  const found: number[] = []
  try {
    for (let n = 2; n < limit; n++) {
      if (found.some((prime) => n % prime === 0)) continue
      found.push(n)
      yield n
    }
  } finally {
    context().log.info(`the search for primes has ended at ${found.at(-1)}`)
  }
}
