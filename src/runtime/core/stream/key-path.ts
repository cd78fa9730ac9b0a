import type { KeyPath } from './parse-options.js'

/** Makes the function that reads the key of a value; what it gives may be no key. */
export function keyReader(by: KeyPath): (value: unknown) => unknown {
  if (typeof by === 'function') return by
  const names = by.split('.')
  return (value) => names.reduce(valueAt, value)
}

/** Own properties only: a key named `constructor` is one that most objects lack. */
function valueAt(value: unknown, name: string): unknown {
  if (value instanceof Map) return value.get(name)
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined
  return (value as Record<string, unknown>)[name]
}

/** Text that two values have in common if they are the same key; undefined for a value that is none. */
export function keyText(value: unknown): string | undefined {
  if (value === null) return 'null'
  switch (typeof value) {
    // As JSON, which keeps halves of characters apart that UTF-8 cannot write.
    case 'string':
      return JSON.stringify(value)
    case 'bigint':
      return `${value}n`
    case 'number':
    case 'boolean':
      return String(value)
    default:
      return undefined
  }
}
