import { join } from 'node:path'
import { execa } from 'execa'
import { ensureBinary } from '../../src/runtime/binaries/index.js'
import { processesOf } from './leaks.js'

/** Runs ffmpeg outside of the code under test, to make its input or the expected output. */
export async function ffmpeg(...args: string[]): Promise<Buffer> {
  const { path } = await ensureBinary('ffmpeg')
  const { stdout } = await execa(path, ['-nostdin', '-loglevel', 'error', '-y', ...args], {
    encoding: 'buffer',
  })
  return Buffer.from(stdout)
}

/** Makes a video of the test pattern and gives its path. */
export async function video(folder: string, name: string, ...options: string[]): Promise<string> {
  const path = join(folder, name)
  await ffmpeg('-f', 'lavfi', '-i', 'testsrc2=size=160x120:rate=10', '-frames:v', '12', ...options, path)
  return path
}

/** Ids of ffmpeg processes, without their guards, whose command line contains the text. */
export async function ffmpegWith(text: string): Promise<number[]> {
  const found = processesOf(text)
  return found.filter(({ command }) => !command.includes('daffi-guard')).map(({ pid }) => pid)
}
