import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { jetstreamManager } from '@nats-io/jetstream'
import { connect } from '@nats-io/transport-node'
import { processesOf } from '../lib/folder.js'
import { PIPELINE } from './project.js'

const MIB = 1024 * 1024
const CONNECT_MS = 20_000
const RETRY_MS = 200

/** The part that a process has in a run, by its command line. */
export function roleOf({ command }) {
  const node = new RegExp(`^daffi: ${PIPELINE}/(\\S+)`).exec(command)?.[1]
  if (node !== undefined) return node
  if (command.startsWith(`daffi: ${PIPELINE}`)) return 'supervisor'
  if (command.includes('daffi-guard')) return 'guard'
  if (/^\S*nats-server /.test(command)) return 'nats-server'
  if (/^\S*ffmpeg /.test(command)) return 'ffmpeg'
  return `other: ${command.slice(0, 40)}`
}

/** Everything of a run that could grow, by name: a Map of numbers, memory in MiB. */
export async function sampleOf(run) {
  const sample = new Map()
  const add = (name, value) => sample.set(name, (sample.get(name) ?? 0) + value)
  for (const found of processesOf(run.folder)) {
    const usage = usageOf(found.pid)
    if (!usage) continue
    const role = roleOf(found)
    for (const [what, value] of Object.entries(usage)) add(`${what} of ${role}`, value)
    add('processes', 1)
  }
  const { streams, consumers } = await onServer(run.folder)
  add('streams on the server', streams)
  add('consumers on the server', consumers)
  add('files in TMPDIR', filesIn(join(run.folder, 'tmp')).length)
  add('files of daffi in /dev/shm', readdirSync('/dev/shm').filter((name) => name.includes('daffi')).length)
  for (const part of ['', 'logs', 'jetstream'])
    add(`MiB of .daffi/${part}`, sizeOf(join(run.folder, '.daffi', part)))
  add('files in .daffi', filesIn(join(run.folder, '.daffi')).length)
  return sample
}

/** Memory, descriptors and threads of a process; undefined when it has just ended. */
function usageOf(pid) {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    const field = (name) => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1] ?? 0)
    const descriptors = readdirSync(`/proc/${pid}/fd`).length
    // A process that has ended and is not taken away yet has none.
    if (field('VmRSS') === 0) return undefined
    return { memory: field('VmRSS') / 1024, descriptors, threads: field('Threads') }
  } catch {
    return undefined
  }
}

/** Streams and consumers on the run's own server, which may be about to be started again. */
async function onServer(folder) {
  const deadline = Date.now() + CONNECT_MS
  for (;;) {
    try {
      const { url, token } = JSON.parse(readFileSync(join(folder, '.daffi/server.json'), 'utf8'))
      const nc = await connect({ servers: url, token, reconnect: false, noAsyncTraces: true })
      try {
        const jsm = await jetstreamManager(nc)
        let consumers = 0
        let streams = 0
        for await (const { state } of jsm.streams.list()) {
          streams++
          consumers += state.consumer_count
        }
        return { streams, consumers }
      } finally {
        await nc.close()
      }
    } catch (error) {
      if (Date.now() > deadline) throw error
      await delay(RETRY_MS)
    }
  }
}

function filesIn(folder) {
  try {
    return readdirSync(folder, { recursive: true })
  } catch {
    return []
  }
}

function sizeOf(folder) {
  return filesIn(folder).reduce((sum, name) => sum + sizeOfFile(join(folder, name)), 0) / MIB
}

/** Size of a file; 0 of one that has just been removed, and of a folder. */
function sizeOfFile(path) {
  try {
    const stat = statSync(path)
    return stat.isFile() ? stat.size : 0
  } catch {
    return 0
  }
}
