/** Key of a part in what holds it: of an object its name, of a list or Set its index, of a Map its number among keys and values in turn. */
export type Key = string | number | undefined

/** Path of a part of a value, such as `.list[2].name`, by the objects that hold it, from the outermost on, and the key in each. */
export function pathIn(holders: readonly object[], keys: readonly Key[]): string {
  return holders.map((holder, depth) => step(holder, keys[depth])).join('')
}

function step(holder: object, key: Key): string {
  if (key === undefined) return ''
  if (typeof key === 'string') return key.startsWith('Symbol(') ? `[${key}]` : `.${key}`
  if (holder instanceof Map) return key % 2 === 0 ? `.keys()[${key / 2}]` : `.values()[${(key - 1) / 2}]`
  return holder instanceof Set ? `.values()[${key}]` : `[${key}]`
}
