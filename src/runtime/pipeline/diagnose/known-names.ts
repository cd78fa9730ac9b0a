/** The end of a sentence about a word that is not known. */
export function known(what: string, words: Iterable<string>): string {
  const list = [...words]
  return list.length > 0 ? `${what}: ${list.join(', ')}` : 'there is none'
}
