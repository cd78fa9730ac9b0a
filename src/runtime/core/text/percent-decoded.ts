/** Text without its percent-encoding; a `%` that stands for itself stays. */
export function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
