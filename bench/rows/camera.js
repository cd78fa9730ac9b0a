import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { cameraProject } from '../lib/camera-project.js'
import { cpuSeconds } from '../lib/process.js'
import { BIN, withProject } from '../lib/project.js'
import { compare } from '../lib/statistics.js'
import { ensureBinary } from '../../dist/runtime/index.js'

const WINDOW_MS = 6000
const READ_ALL = fileURLToPath(new URL('../lib/read-all.js', import.meta.url))
const BARE_READER = fileURLToPath(new URL('../peers/bare-reader.js', import.meta.url))
const NAME = 'camera.1080p30.cpu'

const FILES = cameraProject({
  size: '1920x1080',
  writer: 'camera',
  readers: ['one', 'two', 'three'],
  module: 'read_frame.js',
  code: `
import { readAll } from '${READ_ALL}'
let seen = 0
export default function (frame) {
  readAll(frame.data)
  if (seen++ === 0) console.log('first frame')
}
`,
})

/** Processor seconds of all processes for a second of camera, the start left aside. */
export const cameraRows = [
  {
    name: NAME,
    target: '<= 2 x',
    measure: async ({ pairs }) => [
      { name: NAME, unit: 's/s', ...(await compare({ pairs, ours: up, raw: bare })) },
    ],
  },
]

function up() {
  return withProject(FILES, async (cwd) => {
    const daffi = spawn(process.execPath, [BIN, 'up', 'camera.yaml'], {
      cwd,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    return await measure(daffi, 3)
  })
}

/** ffmpeg with the arguments of a camera source, and one process that reads its pipe. */
async function bare() {
  const { path } = await ensureBinary('ffmpeg')
  const reader = spawn(process.execPath, [BARE_READER, path], { stdio: ['ignore', 'pipe', 'inherit'] })
  return await measure(reader, 1)
}

/** Processor use of a process and all that it started, once so many readers have reported their first frame. */
async function measure(root, readers) {
  const exited = once(root, 'exit')
  try {
    let ready = 0
    for await (const line of createInterface(root.stdout)) {
      if (line.includes('first frame') && ++ready === readers) break
    }
    root.stdout.resume()
    await delay(1000)
    const [before, start] = [cpuSeconds(root.pid), performance.now()]
    await delay(WINDOW_MS)
    return (cpuSeconds(root.pid) - before) / ((performance.now() - start) / 1000)
  } finally {
    root.kill('SIGINT')
    await exited
  }
}
