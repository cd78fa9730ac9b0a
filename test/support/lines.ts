export interface Lines {
  /** The first line, past or to come, that matches, or the `count`th. Rejects when all streams have ended without it. */
  find: (pattern: RegExp, count?: number) => Promise<string>
}

/** Keeps the lines of some streams as they come. */
export function collectLines(...streams: AsyncIterable<unknown>[]): Lines {
  const seen: string[] = []
  const waiting = new Set<(line: string) => void>()
  const read = async (stream: AsyncIterable<unknown>): Promise<void> => {
    for await (const line of stream) {
      seen.push(String(line))
      for (const check of waiting) check(String(line))
    }
  }
  const ended = Promise.allSettled(streams.map(read))
  return {
    find: async (pattern, count = 1) => {
      const past = seen.filter((line) => pattern.test(line))
      const found = past[count - 1]
      if (found !== undefined) return found
      let missing = count - past.length
      return new Promise<string>((resolve, reject) => {
        const check = (line: string): void => {
          if (pattern.test(line) && --missing === 0) resolve(line)
        }
        waiting.add(check)
        void ended.then(() =>
          reject(new Error(`ended without a line like ${String(pattern)}:\n${seen.join('\n')}`)),
        )
      })
    },
  }
}
