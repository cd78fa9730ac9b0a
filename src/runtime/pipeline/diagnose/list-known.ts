/** End of a message about an unknown name: the names that exist, after `label`. */
export function listKnown(label: string, names: Iterable<string>): string {
  const list = [...names]
  return list.length > 0 ? `${label}: ${list.join(', ')}` : 'there is none'
}
