import { availableParallelism } from 'node:os'
import { withProject } from '../lib/project.js'
import { compare } from '../lib/statistics.js'
import { withUp } from '../lib/up.js'

const STAGES = 3
/** Part of one hop's rate that may be expected of as many processes as three stages have, on the cores that there are. */
const CORES = Math.min(1, availableParallelism() / (STAGES + 1))

const HD_FRAMES = `
  const data = Buffer.alloc(1920 * 1080 * 3, 7)
  for (let sequence = 0; ; sequence++) yield { data, width: 1920, height: 1080, format: 'bgr24', sequence, time: now() }`

/**
 * Flows through stages that pass on what they get, each beside one hop of the same. `from` and `to` are the items between which a
 * rate is measured; `median` says that the latency of the items between them is.
 */
const FLOWS = [
  {
    name: 'flow.ints.3stages',
    unit: 'items/s',
    target: '>= 2 M/s',
    source: `for (let n = 0; ; n++) yield n`,
    from: 500_000,
    to: 3_000_000,
  },
  {
    name: 'flow.1080p.3stages',
    unit: 'frames/s',
    target: `>= ${(0.8 * CORES).toFixed(1)} x`,
    source: HD_FRAMES,
    from: 100,
    to: 600,
  },
  {
    name: 'flow.1080p.3stages.borrow',
    unit: 'frames/s',
    target: `>= ${(0.8 * CORES).toFixed(1)} x`,
    source: HD_FRAMES,
    borrow: true,
    from: 100,
    to: 600,
  },
  {
    name: 'flow.latency.720p30.3stages',
    unit: 'ms',
    target: '<= 3 x',
    source: `
  const data = Buffer.alloc(1280 * 720 * 3, 7)
  const start = performance.now()
  for (let sequence = 0; ; sequence++) {
    await delay(start + (sequence * 1000) / 30 - performance.now())
    yield { data, width: 1280, height: 720, format: 'bgr24', sequence, time: now() }
  }`,
    options: '{ STREAM: { delivery: live } }',
    from: 30,
    to: 180,
    median: true,
  },
  {
    name: 'flow.durable.3stages',
    unit: 'items/s',
    source: `for (let n = 0; n < 40_000; n++) yield n`,
    options: '{ STREAM: { delivery: durable } }',
    from: 5_000,
    to: 35_000,
  },
]

const flowRows = FLOWS.map(({ name, unit, target, ...flow }) => ({
  name,
  target,
  measure: async ({ pairs }) => {
    const through = (count) => () => run(stages({ ...flow, count }))
    return [{ name, unit, ...(await compare({ pairs, ours: through(STAGES), raw: through(1) })) }]
  },
}))

/** Items of 1,000 keys that three nodes divide, beside the same items to one node. */
const keysRow = {
  name: 'flow.keys.3workers',
  measure: async ({ pairs }) => {
    const source = `for (let n = 0; ; n++) yield { key: n % 1000, n }`
    const flow = { source, from: 50_000, to: 250_000, count: 1 }
    const ours = () => run(stages({ ...flow, options: '{ STREAM: { share: { by: key } } }', replicas: 3 }))
    const result = await compare({ pairs, ours, raw: () => run(stages(flow)) })
    return [{ name: 'flow.keys.3workers', unit: 'items/s', ...result }]
  },
}

/** Share of the moments of two cameras of 30 frames a second, with 10 ms of jitter, that come in pairs. */
const joinRow = {
  name: 'flow.join.30fps',
  target: '>= 99 %',
  measure: async () => {
    const value = await run(join(300))
    return [{ name: 'flow.join.30fps', value, unit: '%', baseline: null, ratio: null }]
  },
}

export const dataflowRows = [...flowRows, keysRow, joinRow]

function run(files) {
  return withProject(files, (cwd) =>
    withUp(cwd, 'flow.yaml', { pattern: /figure/ }, (_pid, line) => Number(/figure (\S+)/.exec(line)[1])),
  )
}

const MODULE = `
import { setTimeout as delay } from 'node:timers/promises'
const now = () => performance.timeOrigin + performance.now()
`

/** A source, and so many stages behind it; the last one measures, in each of its replicas. */
function stages({ source, options = 'STREAM', borrow = false, from, to, median, count, replicas = 1 }) {
  const names = Array.from({ length: count }, (_, n) => `stage${n}`)
  const passing = names.slice(0, -1)
  return {
    'package.json': '{ "type": "module" }',
    'flow.yaml': `
name: bench
sources: { items: { kind: module, module: ./items.js } }
nodes:
  source:
    calls: [{ call: ${names[0]}, source: items, wait_for: [${names.join(', ')}], modifier: ${options} }]
${names
  .map(
    (name, index) => `  ${name}:
    replicas: ${index === count - 1 ? replicas : 1}
    callbacks: [{ ${name}: { borrow: ${borrow} } }]
${index < count - 1 ? `    calls: [{ call: ${names[index + 1]}, results_of: ${name}, modifier: STREAM }]` : ''}`,
  )
  .join('\n')}
`,
    'items.js': `${MODULE}export default async function* items() {${source}}`.replace(
      'async function*',
      source.includes('await') ? 'async function*' : 'function*',
    ),
    ...Object.fromEntries(passing.map((name) => [`callbacks/${name}.js`, 'export default (item) => item'])),
    [`callbacks/${names.at(-1)}.js`]: `${MODULE}
import { context } from 'daffi'
let [seen, start] = [0, 0]
const latencies = []
export default (item) => {
  seen++
  if (seen === ${Math.ceil(from / replicas)}) start = performance.now()
  ${median ? `if (seen > ${from}) latencies.push(now() - context().origin.time)` : ''}
  if (seen !== ${Math.floor(to / replicas)}) return
  const median = latencies.sort((a, b) => a - b)[latencies.length >> 1]
  console.log('figure ' + ${median ? 'median' : `(${to - from} * 1000) / (performance.now() - start)`})
}
`,
  }
}

function join(moments) {
  return {
    'package.json': '{ "type": "module" }',
    'flow.yaml': `
name: bench
sources:
  left: { kind: module, module: ./cameras.js, args: 0 }
  right: { kind: module, module: ./cameras.js, args: 1 }
nodes:
  eyes:
    calls:
      - { call: fuse, source: left, as: left, wait_for: [fuser], modifier: { STREAM: { delivery: live } } }
      - { call: fuse, source: right, as: right, wait_for: [fuser], modifier: { STREAM: { delivery: live } } }
  fuser: { callbacks: [{ fuse: { join: { within: 15ms } } }] }
`,
    // Both cameras take their pictures at the same moments, each up to 10 ms late.
    'cameras.js': `${MODULE}
export default async function* camera() {
  const data = Buffer.alloc(640 * 480)
  const start = Math.ceil(now() / 1000) * 1000
  for (let sequence = 0; ; sequence++) {
    const time = start + (sequence * 1000) / 30 + 10 * Math.random()
    await delay(time - now())
    yield { data, width: 640, height: 480, format: 'gray', sequence, time }
  }
}
`,
    'callbacks/fuse.js': `
let [first, pairs] = [undefined, 0]
export default ({ left, right }) => {
  if (Math.abs(left.time - right.time) > 15) console.log('figure NaN: too far apart')
  first ??= left.sequence
  pairs++
  const moments = left.sequence - first + 1
  if (moments >= ${moments}) console.log('figure ' + (100 * pairs) / moments)
}
`,
  }
}
