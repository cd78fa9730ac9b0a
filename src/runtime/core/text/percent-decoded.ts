/** Text without its percent-encoding, undefined when that is none of UTF-8; a `%` that stands for itself stays. */
export function percentDecoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replace(/%(?![\da-f]{2})/gi, '%25'))
  } catch {
    return undefined
  }
}
