/** A source is anything that yields, such as a generator; `args` are those of the pipeline file. */
export default function* values({ count }: { count: number }): Generator<number> {
  for (let value = 1; value <= count; value++) yield value
}
