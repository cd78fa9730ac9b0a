import { closest, distance } from 'fastest-levenshtein'

/** The known word that was probably meant, or undefined when nothing is near enough to say so. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  if (known.length === 0) return undefined
  const found = closest(
    word.toLowerCase(),
    known.map((each) => each.toLowerCase()),
  )
  const match = known.find((each) => each.toLowerCase() === found)
  if (match === undefined) return undefined
  const changes = distance(word.toLowerCase(), found)
  // A word of which nothing is left was not meant.
  const near = changes <= Math.max(2, Math.floor(match.length / 3)) && changes < word.length
  return near ? match : undefined
}
