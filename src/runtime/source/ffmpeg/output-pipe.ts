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

/**
 * Starts ffmpeg with its standard output connected to the reader. Destroying `output` ends the reading.
 * @param stdin whether it gets something on its standard input
 */
export async function spawnInto(
  reader: PipeReader,
  file: string,
  args: string[],
  stdin: 'pipe' | 'ignore' = 'ignore',
): Promise<{ child: GuardedProcess; output: Readable }> {
  const env = ffmpegEnvironment()
  if (process.platform === 'win32') {
    const child = spawnGuarded(file, args, { env, stdin, stdout: 'pipe' })
    const { stdout: output } = child
    if (!output) throw new DaffiError('DAFFI_INTERNAL', 'ffmpeg has no standard output')
    pump(output, reader)
    return { child, output }
  }
  const { near, far } = await socketPair(reader)
  try {
    const child = spawnGuarded(file, args, { env, stdin, stdout: far })
    return { child, output: near }
  } catch (error) {
    near.destroy()
    throw error
  } finally {
    // The child has its own copy, which closes when the child exits.
    far.destroy()
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
