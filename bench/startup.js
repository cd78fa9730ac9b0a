// What a person feels first: how soon the command answers, how soon a camera's first frame is with another process, and
// how much memory a node takes that does nothing. `--json` prints an array of { name, value, unit }.
import { setTimeout as delay } from 'node:timers/promises'
import { execa } from 'execa'
import { cameraProject } from './lib/camera-project.js'
import { BIN, withProject } from './lib/project.js'
import { withUp } from './lib/up.js'

const RUNS = 5
/** Time in which a node finishes the work that it does once, after its start. */
const IDLE_MS = 3000

const FILES = {
  ...cameraProject({
    size: '1280x720',
    writer: 'process1',
    readers: ['process2', 'process3'],
    module: 'show_stream.ts',
    code: `
let seen = 0
export default (frame: unknown) => {
  if (seen++ === 0) console.log('first frame')
}
`,
  }),
  'idle.yaml': `
name: idle
nodes:
  idle: { callbacks: [show_stream] }
`,
}

await withProject(FILES, async (project) => {
  await execa(process.execPath, [BIN, 'setup'], { cwd: project, stdio: ['ignore', 'ignore', 'inherit'] })
  report([
    { name: 'daffi --version', value: await median(version), unit: 'ms' },
    {
      name: 'daffi up to the first frame in process2',
      value: await median(() => firstFrame(project)),
      unit: 'ms',
    },
    { name: 'memory of an idle node', value: await idleMemory(project), unit: 'MiB' },
  ])
})

async function version() {
  const start = performance.now()
  await execa(process.execPath, [BIN, '--version'])
  return performance.now() - start
}

async function firstFrame(project) {
  const start = performance.now()
  return await withUp(
    project,
    'camera.yaml',
    { pattern: /^process2 .*first frame/ },
    () => performance.now() - start,
  )
}

async function idleMemory(project) {
  return await withUp(project, 'idle.yaml', { pattern: /^idle .*ready/ }, async (pid) => {
    await delay(IDLE_MS)
    const { stdout } = await execa('ps', ['-A', '-o', 'ppid=,rss=,args='])
    const rows = stdout.split('\n').map((line) => line.trim().split(/\s+/))
    const node = rows.find(
      ([parent, , ...args]) => Number(parent) === pid && args.join(' ').startsWith('daffi: '),
    )
    return Number(node[1]) / 1024
  })
}

async function median(measure) {
  const values = []
  for (let run = 0; run < RUNS; run++) values.push(await measure())
  return values.sort((a, b) => a - b)[Math.floor(RUNS / 2)]
}

function report(figures) {
  const rounded = figures.map((figure) => ({ ...figure, value: Number(figure.value.toFixed(1)) }))
  if (process.argv.includes('--json')) console.log(JSON.stringify(rounded, null, 2))
  else for (const { name, value, unit } of rounded) console.log(`${name}: ${value} ${unit}`)
}
