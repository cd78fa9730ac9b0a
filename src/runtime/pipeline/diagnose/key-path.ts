/** Keys and list indexes from the root of a file to one of its values. */
export type Path = readonly (string | number)[]

/** A path as messages show it, such as `nodes.process1.calls[0].source`. */
export function formatPath(path: Path): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === 'number') return `${text}[${key}]`
    return text === '' ? key : `${text}.${key}`
  }, '')
}
