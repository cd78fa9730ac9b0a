/** Names of a list that people still read. */
const MAX_LISTED = 50

/** End of a message about an unknown name: the names that exist, after `label`. */
export function listKnown(label: string, names: Iterable<string>): string {
  const list = [...names]
  if (list.length === 0) return 'there is none'
  const more = list.length > MAX_LISTED ? ` and ${list.length - MAX_LISTED} more` : ''
  return `${label}: ${list.slice(0, MAX_LISTED).join(', ')}${more}`
}
