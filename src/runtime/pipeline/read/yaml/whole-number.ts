/** A whole number as a number where that holds it exactly, else as a BigInt. @param text as which it is written */
export function wholeNumber(value: bigint, text: string): number | bigint {
  if (value === 0n) return text.startsWith('-') ? -0 : 0
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : value
}
