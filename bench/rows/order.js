import { withProject } from '../lib/project.js'
import { compare } from '../lib/statistics.js'
import { withUp } from '../lib/up.js'

const WORKERS = 4
/** Results from which, and up to which, a run is measured. */
const [FROM, TO] = [100, 400]

/** Results a second of four workers whose results are put in order, each with 5 to 50 ms of work for an item, beside one worker. */
export const orderRows = [
  {
    name: 'order.4workers.vs_1',
    target: '>= 3.6 x',
    measure: async ({ pairs }) => {
      const compared = await compare({ pairs, ours: () => run(WORKERS), raw: () => run(1) })
      return [{ name: 'order.4workers.vs_1', unit: 'items/s', ...compared }]
    },
  },
]

function run(workers) {
  const files = {
    'package.json': '{ "type": "module" }',
    'order.yaml': `
name: bench
sources: { numbers: { kind: module, module: ./numbers.js } }
nodes:
  eye:
    calls: [{ call: work, source: numbers, wait_for: [worker], modifier: { STREAM: { share: true } } }]
  worker:
    replicas: ${workers}
    callbacks: [work]
    calls: [{ call: store, results_of: work, modifier: { STREAM: { order: source } } }]
  last: { callbacks: [store] }
`,
    'numbers.js': `export default function* numbers() { for (let n = 0; ; n++) yield n }`,
    'callbacks/work.js': `
import { setTimeout as delay } from 'node:timers/promises'
export default async (n) => {
  await delay(5 + Math.random() * 45)
  return n
}
`,
    'callbacks/store.js': `
let last = -1
let start
export default (n) => {
  if (n !== last + 1) console.log('figure NaN: ' + n + ' came after ' + last)
  last = n
  if (n === ${FROM}) start = performance.now()
  if (n === ${TO}) console.log('figure ' + (${TO - FROM} * 1000) / (performance.now() - start))
}
`,
  }
  return withProject(files, (cwd) =>
    withUp(cwd, 'order.yaml', { pattern: /figure/ }, (_pid, line) => Number(/figure (\S+)/.exec(line)[1])),
  )
}
