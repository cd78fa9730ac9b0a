/** Result of an item of a durable stream: the item from which it was made, and which of its results it is. */
export interface Cause {
  /** Name and epoch of the durable stream. */
  stream: string
  item: number
  result: number
}

/** Latest results that are stored, by the stream that they come from: number of the item, and of its result. */
export type StoredCauses = Record<string, [item: number, result: number]>

/** Whether a result is among those that are stored. Results are stored in the order of the items. */
export function isAmong({ stream, item, result }: Cause, stored: StoredCauses): boolean {
  const latest = stored[stream]
  return latest !== undefined && (item < latest[0] || (item === latest[0] && result <= latest[1]))
}
