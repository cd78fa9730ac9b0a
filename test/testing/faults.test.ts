import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { loadTests } from '../../src/runtime/pipeline/index.js'
import { chooseTests, runTests, updateTests, type TestResult } from '../../src/runtime/testing/index.js'
import { temporaryProject } from '../support/temporary.js'

/** Items that a writer streams durably to a reader, which says how often it was started, and whether it is slow. */
const FILES = {
  'p.yaml': `name: p
callbacks: ./callbacks
sources: { numbers: { kind: list, items: [${Array.from({ length: 100 }, (_, n) => n).join()}] } }
nodes:
  writer:
    calls: [{ call: take, source: numbers, modifier: { STREAM: { delivery: durable } }, wait_for: [reader] }]
  reader: { callbacks: [take] }
`,
  'callbacks/take.js': `import { appendFileSync, readFileSync } from 'node:fs'
const STARTS = new URL('../starts', import.meta.url)
appendFileSync(STARTS, '.')
const start = readFileSync(STARTS).length
let last = Infinity
export default (n) => {
  if (performance.now() - last >= 40) console.log('slow in start', start)
  last = performance.now()
}
`,
  'endless.js': 'export default async function* () { for (let n = 0; ; n++) yield n }',
}
const FAULTS = `pipeline: p.yaml
tests:
  - name: nothing is lost
    faults:
      - { at: { stream: take, item: 10 }, kill: reader }
      - { restart: server }
      - { at: { stream: take, item: 85 }, slow: take, by: 41ms }
    expect:
      streams: { take: { items: 100, lost: 0, failed: { max: 0 } } }
      logs: { reader: { match: ^slow in start 2$ } }
`
const WRONG = `pipeline: p.yaml
tests:
  - name: wrong # as it begins
    faults: [{ at: { stream: take, item: 500 }, kill: reader }]
    expect:
      streams:
        take: { items: 7, lost: { min: 1 }, receivers: [] } # and more
      calls:
        - { call: take, times: 1 }
  - name: endless
    sources: { numbers: { kind: module, module: ./endless.js } }
`

async function run(project: string, tests: string, names: string[] = []): Promise<TestResult[]> {
  const file = join(project, 'p.test.yaml')
  await writeFile(file, tests)
  const plans = chooseTests(await loadTests([{ file, inputs: {} }]), names)
  return await runTests(plans, { logLevel: 'warn', bail: true, stop: new AbortController().signal })
}

test('faults that a test makes: a node and the server are killed, a callback is slow', async () => {
  const results = await run(await temporaryProject(FILES), FAULTS)
  expect(results).toMatchObject([{ failures: [] }])
})

test('a fault that never came fails its test, which ends the others; what came is written into the file', async () => {
  const project = await temporaryProject(FILES)
  const results = await run(project, WRONG)
  const { results: rest, written } = await updateTests(results)
  expect(rest).toMatchObject([
    {
      name: 'wrong',
      passed: false,
      failures: [
        {
          path: 'tests[0].faults[0]',
          message: 'the fault never came: the stream to take had 100 of its 500 items',
        },
        { path: 'tests[0].expect.streams.take.lost', actual: 0 },
      ],
    },
  ])
  expect([...written.values()]).toEqual([3])
  const updated = WRONG.replace('items: 7', 'items: 100')
    .replace('receivers: []', 'receivers: [ "reader" ]')
    .replace('times: 1', 'times: 100')
  expect(await readFile(join(project, 'p.test.yaml'), 'utf8')).toBe(updated)
})
