import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { processTree } from '../lib/process.js'

/** Time that one run may take: a system that hangs is left out, and the others are measured. */
const RUN_MS = 120_000
const MAX_TOLD_LENGTH = 2000

/**
 * Starts a program in a process group of its own, which an interrupt from the terminal does not reach: whoever started it
 * ends it. `told` is the last part of all that it prints.
 */
export function startProgram({ command, args, cwd, env = {} }) {
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  const program = { child, told: '', exited: exitOf(child) }
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8')
    stream.on('data', (text) => (program.told = (program.told + text).slice(-MAX_TOLD_LENGTH)))
  }
  return program
}

async function exitOf(child) {
  try {
    const [code, signal] = await once(child, 'close')
    return code ?? signal
  } catch (error) {
    return error.message
  }
}

/** Ends a program and all that it started, also what it put into other process groups. */
export async function endProgram({ child, exited }) {
  if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) {
    for (const { pid } of processTree(child.pid)) endProcess(pid)
  }
  await exited
}

function endProcess(pid) {
  try {
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    if (error.code !== 'ESRCH') throw error
  }
}

/** Runs `use` with a folder of its own, which is gone afterwards. */
export async function withScratch(use) {
  const folder = await mkdtemp(join(tmpdir(), 'daffi-peers-'))
  try {
    return await use(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/**
 * Runs programs until those that do not merely serve others have ended.
 * @throws when one fails, takes too long, or the signal aborts
 */
export async function runPrograms(specs, signal) {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(RUN_MS)])
  limit.throwIfAborted()
  const programs = specs.map((spec) => Object.assign(startProgram(spec), { serves: spec.serves }))
  const aborted = new Promise((_, reject) => {
    limit.addEventListener(
      'abort',
      () => reject(signal.aborted ? signal.reason : new Error('it took too long')),
      {
        once: true,
      },
    )
  })
  const ended = programs.map(async (program) => {
    const exit = await program.exited
    if (exit !== 0) throw new Error(`${program.told}\na program ended with ${exit}`)
    if (program.serves) throw new Error('a program ended too early')
  })
  const awaited = ended.filter((_, index) => !programs[index].serves)
  const served = ended.filter((_, index) => programs[index].serves)
  try {
    await Promise.race([aborted, Promise.all(awaited), ...served])
  } finally {
    await Promise.all(programs.map(endProgram))
    await Promise.allSettled([...ended])
  }
}

/** Reads the result that a program has left. */
export async function resultOf(path) {
  let result
  try {
    result = JSON.parse(await readFile(path, 'utf8'))
  } catch {
    throw new Error('a program left no result')
  }
  if (result.error) throw new Error(result.error)
  return result
}
