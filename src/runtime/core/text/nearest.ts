import { closest, distance } from 'fastest-levenshtein'

/** The known name that a misspelt one probably means; undefined when none is similar enough. Ignores case. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  if (known.length === 0) return undefined
  const found = closest(
    word.toLowerCase(),
    known.map((each) => each.toLowerCase()),
  )
  const match = known.find((each) => each.toLowerCase() === found)
  if (match === undefined) return undefined
  const changes = distance(word.toLowerCase(), found)
  // A match that shares no letter with the word was not meant.
  const near = changes <= Math.max(2, Math.floor(match.length / 3)) && changes < word.length
  return near ? match : undefined
}
