/** More than anybody has callbacks for. */
export const MAX_PAGES = 1000

/** Divides a mapping into as few pages as fit into a limit each, in bytes of JSON; one page if it is empty. */
export function pagesBySize<T>(entries: Record<string, T>, limit: number): Record<string, T>[] {
  const pages: Record<string, T>[] = [{}]
  let room = limit
  for (const [key, value] of Object.entries(entries)) {
    const bytes = Buffer.byteLength(JSON.stringify({ [key]: value }))
    if (bytes > room && room < limit) {
      pages.push({})
      room = limit
    }
    Object.assign(pages.at(-1) ?? {}, { [key]: value })
    room -= bytes
  }
  return pages
}
