import { setTimeout as delay } from 'node:timers/promises'
import { memoryOf, processTree } from '../lib/process.js'
import { BIN, withProject } from '../lib/project.js'
import { withFlow } from './dora.js'
import { endProgram, startProgram } from './run-programs.js'

const MIB = 1024 * 1024
const FIRST = /first frame/g
const START_MS = 60_000
const POLL_MS = 5
/** Time in which memory is looked at behind the first frames. */
const WATCHED_MS = 3000
const SAMPLE_MS = 100

/** From the start of the command to the first frame in each receiver, and the memory of all processes. */
export const startSystems = [
  {
    name: 'ours, `daffi up`',
    isOurs: true,
    needs: [],
    fits: ({ kind }) => kind === 'start',
    measure: ({ order }, context) =>
      withProject(filesOf(order), (cwd) =>
        measureStart({ command: process.execPath, args: [BIN, 'up', 'start.yaml'], cwd }, order, context),
      ),
  },
  {
    name: '`dora run`, Python nodes',
    needs: ['dora'],
    fits: ({ kind }) => kind === 'start',
    measure: ({ order }, context) =>
      withFlow({ ...order, greets: false }, { language: 'Python', pool: 'default', ...context }, (flow) =>
        measureStart(flow, order, context),
      ),
  },
]

function filesOf({ bytes, rate, receivers }) {
  const names = Array.from({ length: receivers }, (_, index) => `receiver${index}`)
  return {
    'package.json': '{ "type": "module" }',
    'start.yaml': `
name: start
sources:
  frames: { kind: module, module: ./frames.js }
nodes:
  writer:
    calls: [{ call: take, source: frames, modifier: { STREAM: { delivery: live } }, wait_for: [${names.join(', ')}] }]
${names.map((name) => `  ${name}: { callbacks: [take] }`).join('\n')}
`,
    'frames.js': `
import { setTimeout as delay } from 'node:timers/promises'
export const live = true
export default async function* frames() {
  const frame = Buffer.alloc(${bytes})
  for (;;) {
    yield frame
    await delay(${1000 / rate})
  }
}
`,
    'callbacks/take.js': `
let seen = 0
export default function take(frame) {
  if (seen++ === 0) console.log('first frame', frame.length)
}
`,
  }
}

async function measureStart(spec, { receivers }, { signal }) {
  const start = performance.now()
  const program = startProgram(spec)
  const peak = { rss: 0, pss: 0 }
  const sampling = setInterval(() => sampleMemory(program.child.pid, peak), SAMPLE_MS)
  try {
    const seconds = await firstFrames(program, receivers, start, signal)
    await delay(WATCHED_MS, undefined, { signal })
    return { seconds, ...peak, notes: [] }
  } finally {
    clearInterval(sampling)
    await endGently(program)
  }
}

/** Seconds until each receiver has told of its first frame. */
async function firstFrames(program, receivers, start, signal) {
  let seen = 0
  const count = (text) => (seen += text.match(FIRST)?.length ?? 0)
  program.child.stdout.on('data', count)
  program.child.stderr.on('data', count)
  for (;;) {
    const elapsed = performance.now() - start
    if (seen >= receivers) return elapsed / 1000
    if (program.child.exitCode !== null || elapsed > START_MS)
      throw new Error(`it gave no frames: ${program.told}`)
    await delay(POLL_MS, undefined, { signal })
  }
}

function sampleMemory(root, peak) {
  const all = processTree(root).map(({ pid }) => memoryOf(pid))
  const sum = (of) => all.reduce((total, memory) => total + of(memory), 0) / MIB
  peak.rss = Math.max(
    peak.rss,
    sum(({ resident }) => resident),
  )
  peak.pss = Math.max(
    peak.pss,
    sum(({ proportional }) => proportional),
  )
}

/** An interrupt first, at which both take away what they have in shared memory. */
async function endGently(program) {
  program.child.kill('SIGINT')
  await Promise.race([program.exited, delay(5000)])
  await endProgram(program)
}
