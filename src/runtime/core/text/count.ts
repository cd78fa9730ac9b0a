/** A number with its noun: "1 fault", "2 faults". */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}
