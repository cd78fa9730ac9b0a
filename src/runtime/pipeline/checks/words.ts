/** The end of a sentence about a word that is not known. */
export function known(what: string, words: Iterable<string>): string {
  const list = [...words]
  return list.length > 0 ? `${what}: ${list.join(', ')}` : `there is none`
}

export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}
