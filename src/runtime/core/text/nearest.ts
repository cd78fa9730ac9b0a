import { closest, distance } from 'fastest-levenshtein'

/** Longer words are no misspelt names, and among more names none is looked for: either would take long. */
const MAX_LENGTH = 128
const MAX_KNOWN = 1000

/** The known name that a misspelt one probably means; undefined when none is similar enough. Ignores case. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  if (known.length === 0 || known.length > MAX_KNOWN || word.length > MAX_LENGTH) return undefined
  const found = closest(
    word.toLowerCase(),
    known.map((each) => each.toLowerCase()),
  )
  const match = known.find((each) => each.toLowerCase() === found)
  if (match === undefined) return undefined
  const changes = distance(word.toLowerCase(), found)
  const near = changes <= Math.max(2, Math.floor(match.length / 3))
  // Of a word that is wrong in half of its letters, as port for host, at least the beginning is right.
  const alike = 2 * changes < word.length || (changes < word.length && found[0] === word[0]?.toLowerCase())
  return near && alike ? match : undefined
}
