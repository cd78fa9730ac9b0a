/** Whole numbers, both ends included. */
export default function* range({ from, to }: { from: number; to: number }): Generator<number> {
  for (let number = from; number <= to; number++) yield number
}
