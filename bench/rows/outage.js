import { fileURLToPath } from 'node:url'
import { withProject } from '../lib/project.js'
import { withUp } from '../lib/up.js'

const ITEMS = 600
const RATE = 100
/** Item at which the server is killed. */
const KILLED_AT = 200
const NAME = 'stream.killed_server.late'
const PROCESS = fileURLToPath(new URL('../lib/process.js', import.meta.url))

/** Time by which the latest item of a lossless stream to this host is late when the server is killed in the middle of it. */
export const outageRows = [
  {
    name: NAME,
    target: '<= 100 ms',
    measure: () =>
      withProject(FILES, (cwd) =>
        withUp(cwd, 'outage.yaml', { pattern: /figure/ }, (_pid, line) => {
          const value = Number(/figure (\S+)/.exec(line)[1])
          return [{ name: NAME, value, unit: 'ms', baseline: null, ratio: null }]
        }),
      ),
  },
]

const FILES = {
  'package.json': '{ "type": "module" }',
  'outage.yaml': `
name: bench
sources: { ticks: { kind: module, module: ./ticks.js } }
nodes:
  writer: { calls: [{ call: note, source: ticks, wait_for: [reader], modifier: STREAM }] }
  reader: { callbacks: [note] }
`,
  'ticks.js': `
import { setTimeout as delay } from 'node:timers/promises'
export default async function* ticks() {
  const start = performance.timeOrigin + performance.now()
  for (let n = 0; n < ${ITEMS}; n++) {
    const due = start + (n * 1000) / ${RATE}
    await delay(due - performance.timeOrigin - performance.now())
    yield { n, due }
  }
}
`,
  'callbacks/note.js': `
import { processTree } from '${PROCESS}'
let late = 0
let next = 0
export default ({ n, due }) => {
  if (n !== next++) console.log('figure NaN: ' + n + ' came after ' + (next - 2))
  late = Math.max(late, performance.timeOrigin + performance.now() - due)
  if (n === ${KILLED_AT}) {
    const server = processTree(process.ppid).find(({ command }) => command.startsWith('nats-server'))
    process.kill(server.pid, 'SIGKILL')
  }
  if (n === ${ITEMS - 1}) console.log('figure ' + late)
}
`,
}
