import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { BIN } from './project.js'

/** Runs a pipeline, and what `measure` does once so many lines like `pattern` were printed: it gets the last of them. */
export async function withUp(project, file, { pattern, count = 1 }, measure) {
  const up = spawn(process.execPath, [BIN, 'up', file], {
    cwd: project,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = once(up, 'exit')
  try {
    let left = count
    for await (const line of createInterface(up.stdout))
      if (pattern.test(line) && --left === 0) return await measure(up.pid, line)
    throw new Error(`daffi up ${file} ended without ${count} lines like ${pattern}`)
  } finally {
    up.stdout.resume()
    up.kill('SIGINT')
    await exited
  }
}
