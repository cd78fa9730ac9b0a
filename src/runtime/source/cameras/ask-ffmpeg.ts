import { addAbortListener } from 'node:events'
import { createInterface } from 'node:readline'
import { ensureBinary, spawnGuarded } from '../../binaries/index.js'
import { ffmpegEnvironment } from '../ffmpeg/environment.js'

/** Longest time for one question; ffmpeg itself waits forever for a device that does not answer. */
const REQUEST_TIMEOUT_MS = 10_000

/** Runs ffmpeg with these arguments and gives the lines that it writes, without the `[name @ address]` prefixes. */
export type AskFfmpeg = (...args: string[]) => Promise<string[]>

export async function askFfmpeg(signal: AbortSignal): Promise<AskFfmpeg> {
  const { path } = await ensureBinary('ffmpeg', { signal })
  return async (...args) => {
    signal.throwIfAborted()
    const all = ['-hide_banner', '-nostdin', ...args]
    const child = spawnGuarded(path, all, { env: ffmpegEnvironment(), stdout: 'ignore' })
    const abort = addAbortListener(signal, () => void child.stop())
    const timer = setTimeout(() => void child.stop(), REQUEST_TIMEOUT_MS)
    try {
      const lines: string[] = []
      for await (const line of createInterface({ input: child.stderr })) {
        lines.push(line.replace(/^\[[^\]]* @ \w+\] /, ''))
      }
      return lines
    } finally {
      clearTimeout(timer)
      abort[Symbol.dispose]()
      await child.stop()
    }
  }
}
