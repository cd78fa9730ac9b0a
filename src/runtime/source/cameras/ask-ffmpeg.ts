import { addAbortListener } from 'node:events'
import { createInterface } from 'node:readline'
import { ensureBinary, spawnGuarded } from '../../binaries/index.js'
import { ffmpegEnvironment } from '../ffmpeg/environment.js'

/** A device that does not answer keeps ffmpeg waiting. */
const PATIENCE_MS = 10_000

/** The lines that ffmpeg writes about what it is asked, without the names of its parts before them. */
export type Ask = (...args: string[]) => Promise<string[]>

export async function askFfmpeg(signal: AbortSignal): Promise<Ask> {
  const { path } = await ensureBinary('ffmpeg', { signal })
  return async (...args) => {
    signal.throwIfAborted()
    const all = ['-hide_banner', '-nostdin', ...args]
    const child = spawnGuarded(path, all, { env: ffmpegEnvironment(), stdout: 'ignore' })
    const abort = addAbortListener(signal, () => void child.stop())
    const timer = setTimeout(() => void child.stop(), PATIENCE_MS)
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
