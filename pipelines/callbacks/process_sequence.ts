const sequence: number[] = []

/** Keeps each item. */
export default function process_sequence(item: number): void {
  sequence.push(item)
}

/** The items that have been kept. */
export function get_sequence(): number[] {
  return sequence
}
