import { readdirSync, readFileSync } from 'node:fs'

/** Clock ticks a second of /proc, the same on every Linux that Node runs on. */
const TICKS = 100
const KIB = 1024

/** Pid and processor seconds (utime and stime, proc(5)) of a process and of all that it started, from /proc. */
export function processTree(root) {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => stat(Number(pid)) ?? [])
  const tree = all.filter(({ pid }) => pid === root)
  for (const { pid } of tree) tree.push(...all.filter(({ parent }) => parent === pid))
  return tree
}

export const cpuSeconds = (root) => processTree(root).reduce((sum, { cpu }) => sum + cpu, 0)

function stat(pid) {
  const text = read(pid, 'stat')
  if (text === undefined) return undefined
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  const command = text.slice(text.indexOf('(') + 1, text.lastIndexOf(')'))
  return { pid, command, parent: Number(fields[1]), cpu: (Number(fields[11]) + Number(fields[12])) / TICKS }
}

/** Resident memory in bytes without what is shared, as the ring is. */
export function ownMemory(pid) {
  const text = read(pid, 'status') ?? ''
  const bytes = (name) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(text)?.[1] ?? 0) * KIB
  return bytes('RssAnon') + bytes('RssFile')
}

/** In bytes: all that is resident, and that with only its share of the pages that other processes map, too. */
export function memoryOf(pid) {
  const text = read(pid, 'smaps_rollup') ?? ''
  const bytes = (name) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(text)?.[1] ?? 0) * KIB
  return { resident: bytes('Rss'), proportional: bytes('Pss') }
}

/** Whether a process that may be looked at maps a file. */
export const isMapped = (path) =>
  readdirSync('/proc').some((name) => /^\d+$/.test(name) && read(name, 'maps')?.includes(path))

function read(pid, name) {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8')
  } catch {
    return undefined
  }
}
