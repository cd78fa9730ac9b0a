/** Whether a subject matches a pattern, both as their tokens. */
export function matches(pattern: readonly string[], tokens: readonly string[]): boolean {
  const isOpen = pattern.at(-1) === '>'
  if (isOpen ? tokens.length < pattern.length : tokens.length !== pattern.length) return false
  return pattern.every((token, index) => token === '*' || token === '>' || token === tokens[index])
}
