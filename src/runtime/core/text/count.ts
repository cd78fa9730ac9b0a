/** A number with its noun: "1 fault", "2 faults". */
export function count(number: number, noun: string): string {
  return `${number} ${plural(number, noun)}`
}

/** The form of a noun that fits a number which is written before it in another way, such as "1,250". */
export function plural(number: number, noun: string): string {
  return number === 1 ? noun : `${noun}s`
}
