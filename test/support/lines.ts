export interface Lines {
  /** The first line, past or to come, that matches. Rejects when all streams have ended without one. */
  find: (pattern: RegExp) => Promise<string>
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
    find: async (pattern) => {
      const past = seen.find((line) => pattern.test(line))
      if (past !== undefined) return past
      return new Promise<string>((resolve, reject) => {
        const check = (line: string): void => {
          if (pattern.test(line)) resolve(line)
        }
        waiting.add(check)
        void ended.then(() =>
          reject(new Error(`ended without a line like ${String(pattern)}:\n${seen.join('\n')}`)),
        )
      })
    },
  }
}
