import type { CST } from 'yaml'

/** Enough for any pipeline. The YAML composer is recursive: thousands of levels would crash the whole process. */
export const MAX_DEPTH = 64

/** Offset of the first value in a token that is nested too deeply. The YAML parser, which makes tokens, is not recursive. */
export function offsetNestedTooDeeply(token: CST.Token): number | undefined {
  return tooDeepIn(token, 0)
}

function tooDeepIn(token: CST.Token | null | undefined, depth: number): number | undefined {
  if (!token) return undefined
  if (depth > MAX_DEPTH) return token.offset
  if (token.type === 'document') return tooDeepIn(token.value, depth)
  if (!('items' in token)) return undefined
  for (const { key, value } of token.items) {
    const offset = tooDeepIn(key, depth + 1) ?? tooDeepIn(value, depth + 1)
    if (offset !== undefined) return offset
  }
  return undefined
}
