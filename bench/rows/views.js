import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { ensureBinary } from '../../dist/runtime/index.js'
import { cpuSeconds } from '../lib/process.js'
import { withProject } from '../lib/project.js'
import { compare } from '../lib/statistics.js'
import { withUp } from '../lib/up.js'

const WINDOW_MS = 6000
const SMALL = 'small'
const CALLS = { full: 'camera', [SMALL]: 'small', page: 'page' }
const ROWS = [
  { name: 'views.1080p30.cpu', target: '<= 1.3 x', calls: Object.keys(CALLS) },
  { name: 'views.small.cpu', target: '<= 0.5 x', calls: [SMALL] },
]

/** Processor seconds of all processes for a second of a 1080p camera with views, beside the camera alone. */
export const viewRows = ROWS.map(({ name, target, calls }) => ({
  name,
  target,
  measure: async ({ pairs }) => [
    { name, unit: 's/s', ...(await compare({ pairs, ours: () => run(calls), raw: () => run(['full']) })) },
  ],
}))

/** Stands in for a camera: a video of 30 frames a second at its own pace, again and again. */
const SOURCES = `
  camera: { kind: file, path: ./camera.mp4, paced: true, loop: true }
  small: { view_of: camera, size: 320x240, fps: 5, format: gray }
  page: { view_of: camera, size: 640x360, fps: 5, format: mjpeg }`

function run(calls) {
  const files = {
    'package.json': '{ "type": "module" }',
    'views.yaml': `
name: bench
sources:${SOURCES}
nodes:
  eye:
    calls:
${calls.map((call) => `      - { call: ${call}, source: ${CALLS[call]}, modifier: { STREAM: { delivery: live } } }`).join('\n')}
  reader: { callbacks: [full, ${SMALL}, page] }
`,
    'callbacks/read.js': `
const first = new Set()
const read = (name) => (frame) => {
  if (!first.has(name)) console.log('first frame of ' + name)
  first.add(name)
}
export const full = read('full')
export const ${SMALL} = read('${SMALL}')
export const page = read('page')
`,
  }
  return withProject(files, async (cwd) => {
    const { path } = await ensureBinary('ffmpeg')
    const pattern = ['-f', 'lavfi', '-i', 'testsrc2=size=1920x1080:rate=30:duration=20']
    const coding = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p']
    execFileSync(path, ['-v', 'error', ...pattern, ...coding, join(cwd, 'camera.mp4')])
    return await withUp(
      cwd,
      'views.yaml',
      { pattern: /first frame of/, count: calls.length },
      async (pid) => {
        await delay(1000)
        const [before, start] = [cpuSeconds(pid), performance.now()]
        await delay(WINDOW_MS)
        return (cpuSeconds(pid) - before) / ((performance.now() - start) / 1000)
      },
    )
  })
}
