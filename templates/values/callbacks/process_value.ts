import { context } from 'daffi'

let sum = 0

/** Called with every value, one after the other. */
export default function process_value(value: number): void {
  sum += value
  if (value % 10 === 0) context().log.info(`the values up to ${value} come to ${sum}`)
}

/** The sum of the values so far. */
export function total(): number {
  return sum
}
