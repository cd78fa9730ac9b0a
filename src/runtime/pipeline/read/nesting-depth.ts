import { Parser, type CST } from 'yaml'

/** No pipeline needs more; thousands bring the YAML composer, which is recursive, down with the whole process. */
const MAX_DEPTH = 64

/** Offset of the first value that is nested too deeply. The parser underneath is not recursive. */
export function tooDeep(text: string): number | undefined {
  for (const token of new Parser().parse(text)) {
    const offset = deepIn(token, 0)
    if (offset !== undefined) return offset
  }
  return undefined
}

function deepIn(token: CST.Token | null | undefined, depth: number): number | undefined {
  if (!token) return undefined
  if (depth > MAX_DEPTH) return token.offset
  if (token.type === 'document') return deepIn(token.value, depth)
  if (!('items' in token)) return undefined
  for (const { key, value } of token.items) {
    const offset = deepIn(key, depth + 1) ?? deepIn(value, depth + 1)
    if (offset !== undefined) return offset
  }
  return undefined
}
