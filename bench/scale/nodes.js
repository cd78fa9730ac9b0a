import { setTimeout as delay } from 'node:timers/promises'
import { memoryOf, processTree } from '../lib/process.js'
import { withProject } from '../lib/project.js'
import { median } from '../lib/statistics.js'
import { withUp } from '../lib/up.js'

const MIB = 1024 * 1024
/** Time in which a node finishes the work that it does once, after its start. */
const IDLE_MS = 5000

/** So many nodes of one pipeline: how long until all are ready, what each has cost, and what they cost at rest. */
export async function manyNodes(count) {
  const files = {
    'package.json': '{ "type": "module" }',
    'many.yaml': `name: many\nnodes:\n  each: { callbacks: [tick], replicas: ${count} }\n`,
    'callbacks/tick.ts': 'export default (n: number) => n\n',
  }
  return await withProject(files, async (project) => {
    const start = performance.now()
    return await withUp(project, 'many.yaml', { pattern: /^each\S* +\| ready/, count }, async (pid) => {
      const seconds = (performance.now() - start) / 1000
      const started = cpuOf(pid)
      await delay(IDLE_MS)
      const before = cpuOf(pid)
      await delay(IDLE_MS)
      const after = cpuOf(pid)
      const tree = processTree(pid)
      const nodes = tree.filter((each) => each.parent === pid && each.command === 'node')
      const memory = nodes.map((node) => memoryOf(node.pid))
      const ofServer = tree
        .filter(({ command }) => command === 'nats-server')
        .map(({ pid }) => memoryOf(pid).resident)
      const rate = (who) => (after[who] - before[who]) / (IDLE_MS / 1000)
      return [
        { name: `${count} nodes ready`, value: seconds, unit: 's' },
        { name: 'processor time of a node until all are ready', value: started.nodes / count, unit: 's' },
        { name: 'processor time of daffi up until then', value: started.supervisor, unit: 's' },
        { name: 'processor time of the server until then', value: started.server, unit: 's' },
        { name: 'memory of a node', value: median(memory.map((each) => each.resident)) / MIB, unit: 'MiB' },
        {
          name: 'memory of a node, with its share of what several map',
          value: median(memory.map((each) => each.proportional)) / MIB,
          unit: 'MiB',
        },
        { name: 'memory of daffi up', value: memoryOf(pid).resident / MIB, unit: 'MiB' },
        { name: 'memory of the server', value: Math.max(...ofServer) / MIB, unit: 'MiB' },
        { name: 'processor time of all nodes at rest', value: rate('nodes'), unit: 's/s' },
        { name: 'processor time of the server at rest', value: rate('server'), unit: 's/s' },
      ]
    })
  })
}

/** Processor seconds so far. */
function cpuOf(supervisor) {
  const sums = { supervisor: 0, nodes: 0, server: 0 }
  for (const { pid, parent, command, cpu } of processTree(supervisor)) {
    if (pid === supervisor) sums.supervisor += cpu
    else if (command === 'nats-server') sums.server += cpu
    else if (parent === supervisor) sums.nodes += cpu
  }
  return sums
}
