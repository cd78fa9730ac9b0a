import { existsSync, readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { PipelineResult } from '../../../src/runtime/index.js'
import { runDaffi, startDaffi } from '../../support/daffi.js'
import { temporaryProject } from '../../support/temporary.js'
import { waitUntil } from '../../support/wait.js'

const dataflow = {
  'pipeline.yaml': `
name: dataflow
sources:
  numbers: { kind: module, module: ./numbers.ts }
nodes:
  eye:
    calls:
      - { call: gate, source: numbers, modifier: { STREAM: { on_error: skip } } }
      - { call: watch, source: numbers, modifier: STREAM }
  one:
    callbacks: [gate, count]
    calls: [{ call: split, results_of: gate, modifier: STREAM }]
  two:
    callbacks: [split]
    calls:
      - { call: store, results_of: split, modifier: STREAM }
      - { call: watch, results_of: split, modifier: STREAM }
      - { call: count, results_of: split, wait_for: [one, three], modifier: { STREAM: { share: { by: of.key } } } }
  three: { callbacks: [store, count, { watch: { batch: { items: 10 } } }] }
tests:
  - name: half of them pass
    mocks: { store: { returns: null } }
    expect:
      stages:
        gate: { in: 100, gave: 49, filtered: 50, failed: 1, out: 49 }
        split: { in: 49, out: 98 }
      streams: { store: { items: 98 }, gate: { failed: 1 }, count: { receivers: [one, three] } }
  - name: what begins behind the gate needs no gate
    results_of: { gate: { kind: list, items: [3, 8, 5] } }
    mocks: { store: { returns: null }, watch: { returns: null } }
    expect:
      stages: { split: { in: 3, gave: 3, out: 6 } }
      streams: { gate: { items: 0 }, split: { items: 3, lost: 0 }, count: { items: 6, lost: 0 } }
      calls: [{ call: store, args: [{ n: -9, of: { key: 3 } }], times: 1 }]
`,
  'numbers.ts': `
export default function* numbers() {
  console.log('opened')
  for (let n = 0; n < 100; n++) yield n
}
`,
  'callbacks/gate.ts': `
export default async (n: number) => {
  if (n === 50) throw new Error('no fifty')
  return n % 2 === 0 ? n : undefined
}
`,
  'callbacks/split.ts': `
export default function* split(n: number) {
  yield { n, of: { key: n % 5 } }
  yield { n: -1 - n, of: { key: n % 5 } }
}
`,
  'callbacks/store.ts': `
import { appendFileSync } from 'node:fs'
import { context } from 'daffi'
export default ({ n }: { n: number }) => {
  const { source, item } = context().origin!
  appendFileSync('stored.txt', \`\${n} \${source} \${item}\\n\`)
}
`,
  'callbacks/count.ts': `
import { appendFileSync } from 'node:fs'
let counted = 0
export default ({ n, of }: { n: number; of: { key: number } }) => {
  appendFileSync('counted.txt', JSON.stringify([of.key, process.pid, n, ++counted]) + '\\n')
}
`,
  'callbacks/watch.ts': `
export default (batch: number[]) => {
  if (!Array.isArray(batch) || batch.length > 10) throw new Error('no batch')
}
`,
}

test('a pipeline of stages: what one returns the next one gets, and each stage accounts for its items', async () => {
  const cwd = await temporaryProject(dataflow)
  const { exitCode, stdout, stderr } = await runDaffi(['up', '--json'], { cwd })
  expect(exitCode, stderr).toBe(0)
  const { streams, stages } = JSON.parse(stdout) as PipelineResult
  const stored = await linesOf(cwd, 'stored.txt')
  const passed = Array.from({ length: 50 }, (_, n) => 2 * n).filter((n) => n !== 50)
  expect(stored).toEqual(passed.flatMap((n) => [`${n} numbers ${n}`, `${-1 - n} numbers ${n}`]))
  expect(stages.toSorted((a, b) => a.node.localeCompare(b.node))).toEqual([
    { node: 'one', callback: 'gate', in: 100, gave: 49, filtered: 50, failed: 1, out: 49 },
    { node: 'two', callback: 'split', in: 49, gave: 49, filtered: 0, failed: 0, out: 98 },
  ])
  const streamed = streams.map(({ from, call, source, results_of: resultsOf, items }) =>
    [from, source ?? resultsOf, call, items].join(' '),
  )
  expect(streamed.sort()).toEqual([
    'eye numbers gate 100',
    'eye numbers watch 100',
    'one gate split 49',
    'two split count 98',
    'two split store 98',
    'two split watch 98',
  ])
  for (const { receivers } of streams)
    for (const { offered, processed, failed, state } of Object.values(receivers)) {
      expect(state).toBe('finished')
      expect(processed + failed).toBe(offered)
    }
  // The items of each key come to one process, in order.
  const counted = (await linesOf(cwd, 'counted.txt')).map((line) => JSON.parse(line) as number[])
  const processes = new Map(counted.map(([key, pid]) => [key, pid]))
  expect(new Set(processes.values()).size, 'processes with keys').toBe(2)
  expect(counted.filter(([key, pid]) => processes.get(key) !== pid)).toEqual([])
  for (const key of processes.keys())
    expect(counted.filter((each) => each[0] === key).map(([, , n]) => n)).toEqual(
      passed.filter((n) => n % 5 === key).flatMap((n) => [n, -1 - n]),
    )
  const shares = Object.values(streams.find(({ call }) => call === 'count')?.receivers ?? {})
  expect(shares.map(({ processed }) => processed).sort()).toEqual(
    [...new Set(processes.values())].map((pid) => counted.filter((each) => each[1] === pid).length).sort(),
  )
  // Two calls of one node read the source once.
  expect(stderr.match(/opened/g)).toHaveLength(1)

  const tested = await runDaffi(['test'], { cwd })
  expect(tested.exitCode, tested.stdout).toBe(0)
  const graph = await runDaffi(['graph'], { cwd })
  expect(graph.stdout).toContain('streams results of gate to split (lossless)')
  expect(graph.stdout).toContain('streams results of split to count (lossless, one of, by of.key)')
})

test('durable stages, one with batches and one with a state: when processes are killed, each item has its effect once, and in order', async () => {
  const kill = (node: string): string => `console.log('${node} is', process.pid)\n`
  const cwd = await temporaryProject({
    'pipeline.yaml': `
name: durable-dataflow
sources:
  numbers: { kind: module, module: ./numbers.ts }
nodes:
  eye: { calls: [{ call: pass, source: numbers, modifier: { STREAM: { delivery: durable } } }] }
  one:
    callbacks: [{ pass: { state: true } }]
    calls: [{ call: double, results_of: pass, modifier: STREAM }]
  two:
    callbacks: [{ double: { batch: { items: 7, within: 10ms } } }]
    calls: [{ call: store, results_of: double, modifier: STREAM }]
  three: { callbacks: [store] }
`,
    'numbers.ts': `
import { setTimeout as delay } from 'node:timers/promises'
export default async function* numbers() {
  for (let n = 0; n < 2000; n++) {
    if (n % 10 === 0) await delay(10)
    yield n
  }
}
`,
    // The number of an item as the state has it: so it is counted once, and agrees with the results.
    'callbacks/pass.ts': `
import { context } from 'daffi'
${kill('one')}
export default (_: number) => {
  const { state } = context()
  const n = Number(state.get('count') ?? 0)
  state.set('count', n + 1)
  return n
}
`,
    'callbacks/double.ts': `${kill('two')}export default (ns: number[]) => ns.map((n) => 2 * n)`,
    'callbacks/store.ts': `
import { appendFileSync } from 'node:fs'
export default (n: number) => {
  if (n % 1000 === 0) console.log('stored', n)
  appendFileSync('stored.txt', n + '\\n')
}
`,
  })
  const up = startDaffi(['up', '--json'], { cwd })
  const pidOf = async (node: string): Promise<number> =>
    Number(/\d+$/.exec(await up.waitForLine(new RegExp(`${node} is \\d+$`)))?.[0])
  const [one, two] = await Promise.all([pidOf('one'), pidOf('two')])
  await up.waitForLine(/stored 1000$/)
  process.kill(one, 'SIGKILL')
  await up.waitForLine(/stored 2000$/)
  process.kill(two, 'SIGKILL')
  const { stdout } = await up.exited
  const stored = (await linesOf(cwd, 'stored.txt')).map(Number)
  expect(stored).toEqual(Array.from({ length: 2000 }, (_, n) => 2 * n))
  const { nodes } = JSON.parse(stdout) as PipelineResult
  expect(nodes).toMatchObject({ one: { restarts: 1 }, two: { restarts: 1 }, three: { restarts: 0 } })
})

test('two workers in order: filtered items, several results of one, and a worker that is killed hold nobody up', async () => {
  const cwd = await temporaryProject({
    'pipeline.yaml': `
name: ordered
sources:
  numbers: { kind: module, module: ./numbers.ts }
nodes:
  eye:
    calls:
      - { call: work, source: numbers, wait_for: [worker], modifier: { STREAM: { share: true } } }
  worker:
    replicas: 2
    callbacks: [work]
    calls: [{ call: store, results_of: work, modifier: { STREAM: { order: source } } }]
  last: { callbacks: [store] }
`,
    'numbers.ts': `
export default function* numbers() {
  for (let n = 0; n < 300; n++) yield n
}
`,
    'callbacks/work.ts': `
import { setTimeout as delay } from 'node:timers/promises'
export default async function* work(n: number) {
  await delay(Math.random() * 4)
  if (n === 150) process.kill(process.pid, 'SIGKILL')
  for (let result = 0; result < n % 3; result++) yield \`\${n} \${result}\`
}
`,
    'callbacks/store.ts': `
import { appendFileSync } from 'node:fs'
export default (line: string) => appendFileSync('stored.txt', line + '\\n')
`,
  })
  const { stdout, stderr } = await runDaffi(['up', '--json'], { cwd })
  const { streams } = JSON.parse(stdout) as PipelineResult
  const receivers = Object.values(streams.find(({ from }) => from === 'eye')?.receivers ?? {})
  const lost = receivers.reduce((sum, each) => sum + each.lost, 0)
  // The one that was being worked on, and one in reserve.
  expect(lost, stderr).toBeGreaterThanOrEqual(1)
  expect(receivers.reduce((sum, { processed }) => sum + processed, lost)).toBe(300)
  const stored = await linesOf(cwd, 'stored.txt')
  const all = Array.from({ length: 300 }, (_, n) => n).flatMap((n) =>
    Array.from({ length: n % 3 }, (_each, result) => `${n} ${result}`),
  )
  expect(stored).toEqual(all.filter((line) => stored.includes(line)))
  const items = new Set(stored.map((line) => line.split(' ')[0]))
  expect(200 - items.size).toBeLessThanOrEqual(lost + 1)
  expect(receivers.every(({ processed }) => processed > 50)).toBe(true)
})

async function linesOf(cwd: string, file: string): Promise<string[]> {
  return (await readFile(join(cwd, file), 'utf8')).trim().split('\n')
}

test('a stage that is restarted gives out all that it was given, and nothing is lost', async () => {
  const cwd = await temporaryProject({
    'pipeline.yaml': `
name: chain
sources: { numbers: { kind: module, module: ./numbers.mjs } }
nodes:
  first: { calls: [{ call: pass, source: numbers, modifier: STREAM, wait_for: [middle] }] }
  middle:
    callbacks: [pass]
    calls: [{ call: take, results_of: pass, modifier: STREAM, wait_for: [last] }]
  last: { callbacks: [take] }
`,
    'numbers.mjs': `
import { setTimeout as delay } from 'node:timers/promises'
export default async function* numbers() {
  for (let n = 0; ; n++) {
    yield n
    await delay(2)
  }
}`,
    'callbacks/pass.js': 'export default (n) => n',
    'callbacks/take.js': `
import { appendFileSync } from 'node:fs'
export default (n) => appendFileSync('taken', n + '\\n')`,
  })
  const taken = (): number[] => {
    const file = join(cwd, 'taken')
    return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n').map(Number) : []
  }
  const up = startDaffi(['up', '--json'], { cwd })
  await waitUntil(() => taken().length > 50)
  expect((await runDaffi(['restart', 'middle'], { cwd })).exitCode).toBe(0)
  const before = taken().length
  await waitUntil(() => taken().length > before + 50)
  up.kill('SIGTERM')
  const { exitCode, stdout } = await up.exited
  const { streams, stages } = JSON.parse(stdout) as PipelineResult
  const [first] = streams.filter(({ source }) => source === 'numbers')
  const items = first?.items ?? 0
  expect(exitCode).toBe(0)
  expect(first).toMatchObject({ receivers: { middle: { attaches: 2, processed: items, lost: 0 } } })
  expect(stages).toMatchObject([{ node: 'middle', in: items, gave: items, out: items }])
  expect(taken()).toEqual(Array.from({ length: items }, (_, n) => n))
})
