import { mkdirSync, readdirSync, readFileSync, readlinkSync, symlinkSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** Runs `use` in a folder of its own, in which daffi can be imported; its processes have `tmp` in it for their temporary files. */
export async function withFolder(use) {
  const folder = await mkdtemp(join(tmpdir(), 'daffi-chaos-'))
  try {
    for (const name of ['tmp', 'node_modules']) mkdirSync(join(folder, name))
    symlinkSync(ROOT, join(folder, 'node_modules/daffi'), 'junction')
    return await use(folder)
  } finally {
    for (const { pid } of processesOf(folder)) kill(pid)
    await rm(folder, { recursive: true, force: true })
  }
}

/** Environment of a scenario's processes, by which they and their temporary files are found. */
export const environmentOf = (folder) => ({ ...process.env, TMPDIR: join(folder, 'tmp'), NO_COLOR: '1' })

/** Processes that were started for a folder: it stands in their environment, or is their working folder. Linux only. */
export function processesOf(folder) {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .map((name) => ({ pid: Number(name), command: textOf(name, 'cmdline').replaceAll('\0', ' ').trim() }))
    .filter(({ pid, command }) => command !== '' && belongs(pid, folder))
}

function belongs(pid, folder) {
  if (textOf(pid, 'environ').includes(folder)) return true
  try {
    return readlinkSync(`/proc/${pid}/cwd`).startsWith(folder)
  } catch {
    return false
  }
}

function textOf(pid, file) {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8')
  } catch {
    return ''
  }
}

function kill(pid) {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended by itself.
  }
}
