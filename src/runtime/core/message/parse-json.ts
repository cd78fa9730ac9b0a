/** Parses JSON that came from outside; undefined when it is none. */
export function parseJson(text: Uint8Array | string): unknown {
  try {
    return JSON.parse(typeof text === 'string' ? text : Buffer.from(text).toString()) as unknown
  } catch {
    return undefined
  }
}
