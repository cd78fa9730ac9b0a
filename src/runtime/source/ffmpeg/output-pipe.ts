import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { spawnGuarded, type GuardedProcess } from '../../binaries/index.js'
import { DaffiError } from '../../core/errors.js'
import { ffmpegEnvironment } from './environment.js'
import type { PipeReader } from '../pictures/pipe-reader.js'
import { pump } from '../pictures/pump.js'

/** Longest path of a temporary folder, as the path of a socket can have 103 bytes (macOS) or 107 (Linux). */
const MAX_FOLDER_LENGTH = 80

/** A running ffmpeg, and what it writes, as pipes in the order of their readers. */
interface Spawned {
  child: GuardedProcess
  /** Destroying one ends its reading. */
  outputs: Readable[]
}

/**
 * Starts ffmpeg with its outputs connected to readers: the first one is its standard output, others are descriptors from
 * `FIRST_OUTPUT` on.
 * @param stdin whether it gets something on its standard input
 */
export async function spawnInto(
  readers: readonly PipeReader[],
  file: string,
  args: string[],
  stdin: 'pipe' | 'ignore' = 'ignore',
): Promise<Spawned> {
  const env = ffmpegEnvironment()
  if (process.platform === 'win32') {
    const further = readers.slice(1).map(() => 'pipe' as const)
    const child = spawnGuarded(file, args, { env, stdin, stdout: 'pipe', outputs: further })
    const outputs = [...(child.stdout ? [child.stdout] : []), ...child.outputs]
    if (outputs.length < readers.length)
      throw new DaffiError('DAFFI_INTERNAL', 'ffmpeg has fewer outputs than readers')
    readers.forEach((reader, index) => outputs[index] && pump(outputs[index], reader))
    return { child, outputs }
  }
  const pairs = await Promise.all(readers.map((reader) => socketPair(reader)))
  const outputs = pairs.map(({ near }) => near)
  try {
    const [stdout = 'ignore', ...further] = pairs.map(({ far }) => far)
    return { child: spawnGuarded(file, args, { env, stdin, stdout, outputs: further }), outputs }
  } catch (error) {
    for (const output of outputs) output.destroy()
    throw error
  } finally {
    // The child has its own copies, which close when the child exits.
    for (const { far } of pairs) far.destroy()
  }
}

/**
 * Two ends of a connection. The near end reads directly into the reader's memory, whereas Node's own pipes to child
 * processes allocate a new buffer for every 64 KiB.
 */
async function socketPair(reader: PipeReader): Promise<{ near: Socket; far: Socket }> {
  // Other users cannot connect: mkdtemp makes the folder private to this user.
  const folder = await mkdtemp(join(tmpdir().length > MAX_FOLDER_LENGTH ? '/tmp' : tmpdir(), 'daffi-'))
  const server = createServer({ pauseOnConnect: true })
  try {
    const path = join(folder, 'out')
    server.listen(path)
    await once(server, 'listening')
    const connected = once(server, 'connection')
    const near = connect({ path, onread: reader.onread })
    reader.attach(near)
    const [[far]] = (await Promise.all([connected, once(near, 'connect')])) as [[Socket], unknown]
    return { near, far }
  } finally {
    server.close()
    await rm(folder, { recursive: true, force: true })
  }
}
