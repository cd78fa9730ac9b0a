import { isMap, isScalar, isSeq, type YAMLMap } from 'yaml'

/** Whether a key is a merge key, `<<`, for which the parser has a symbol. In quotes it is a key like others. */
export function isMergeKey(key: unknown): boolean {
  return isScalar(key) && typeof key.value === 'symbol'
}

/** The mappings that the merge keys of a mapping merge into it, and what stands in place of mappings. */
export function mergedInto(
  { items }: YAMLMap,
  resolve: (node: unknown) => unknown,
): { maps: YAMLMap[]; others: unknown[] } {
  const values = items.filter(({ key }) => isMergeKey(key)).map(({ value }) => value)
  const sources = values.flatMap((value) => {
    const resolved = resolve(value)
    return isSeq(resolved) ? resolved.items : [value]
  })
  return {
    maps: sources.map(resolve).filter((source) => isMap(source)),
    others: sources.filter((source) => !isMap(resolve(source))),
  }
}
