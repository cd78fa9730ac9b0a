import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { BackgroundRun, RunInfo } from '../../src/runtime/index.js'
import { connectNats, readState } from '../../src/runtime/nats/index.js'
import { sendOrder, type RunOrder } from '../../src/runtime/runs/index.js'
import { askStatus } from '../../src/runtime/status/index.js'
import { runDaffi, startDaffi } from '../support/daffi.js'
import { waitUntilGone } from '../support/leaks.js'
import { freePort } from '../support/ports.js'
import { temporaryProject } from '../support/temporary.js'
import { waitUntil } from '../support/wait.js'

const shop = {
  'pipeline.yaml': `
name: shop
nodes:
  till: { callbacks: [count], restart: always }
  boss: { calls: [{ call: count }] }
`,
  'callbacks/count.ts': `
export default () => {
  console.log({ items: Array.from({ length: 40 }, (_, n) => 'item ' + n) })
  setTimeout(() => process.exit(3), 100)
  return 7
}
`,
}

interface Ps {
  runs: RunInfo[]
  ended: { pid: number; at: string | null }[]
}

test('a run outlives the command that has started it, obeys others, and leaves nothing', async () => {
  const cwd = await temporaryProject(shop)
  const daffi = (...args: string[]) => runDaffi(args, { cwd })
  const metrics = await freePort()
  const begun = await daffi('up', '-d', '--stay', '--wait', '--json', '--metrics', String(metrics))
  expect(begun).toMatchObject({ exitCode: 0, stderr: '' })
  const { started, run } = JSON.parse(begun.stdout) as BackgroundRun
  expect(started).toBe(true)
  const stat = await readFile(`/proc/${run.pid}/stat`, 'utf8')
  const [, , , session, terminal] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  expect([session, terminal]).toEqual([String(run.pid), '0'])

  const again = await daffi('up', '-d', '--json')
  expect(JSON.parse(again.stdout)).toMatchObject({ started: false, run: { id: run.id } })
  expect(await daffi('stop', 'tll')).toMatchObject({
    exitCode: 1,
    stderr: expect.stringContaining('Did you mean till?') as string,
  })

  const scaled = await daffi('scale', 'till=2', '--json')
  expect(JSON.parse(scaled.stdout)).toMatchObject({
    nodes: [{ name: 'till' }, { name: 'till-2', state: 'ready' }],
  })
  expect((await daffi('up')).stderr).toMatch(/runs already .*: till, till-2, boss \(DAFFI_ALREADY_RUNS\)/)
  expect((await daffi('scale', 'boss=2')).stderr).toContain('DAFFI_CANNOT_SCALE')
  expect((await daffi('restart', 'boss')).exitCode).toBe(0)
  const { runs } = JSON.parse((await daffi('ps', '--json')).stdout) as Ps
  const [till, , boss] = runs[0]?.nodes ?? []
  expect(runs[0]?.nodes.map(({ name }) => name)).toEqual(['till', 'till-2', 'boss'])
  expect(till?.lastEnd).toMatchObject({ exitCode: 3, cause: 'ended with exit code 3' })
  expect(boss).toMatchObject({ restarts: 1, lastEnd: { exitCode: 0 } })

  const figures = await (await fetch(`http://127.0.0.1:${metrics}/metrics`)).text()
  expect(figures).toContain('\ndaffi_node_restarts_total{node="boss",pipeline="shop"} 1\n')
  const ready = await fetch(`http://127.0.0.1:${metrics}/readyz`)
  expect(await ready.json()).toMatchObject({ ok: ready.status === 200, connected: true })

  const logs = (await daffi('logs', 'till', '--json')).stdout.trim().split('\n')
  const records = logs.map((line) => JSON.parse(line) as { stream: string; text: string })
  expect(records.find(({ stream }) => stream === 'stdout')?.text).toMatch(
    /^\{\n {2}items: \[\n[^]*item 39'\n {2}\]\n\}$/,
  )
  expect(records.map(({ text }) => text)).toContain('restarting (1): till ended with exit code 3')

  process.kill(run.pid, 'SIGKILL')
  expect(await waitUntilGone(cwd, 3000)).toEqual([])
  const gone = JSON.parse((await daffi('ps', '--json')).stdout) as Ps
  expect(gone).toMatchObject({ runs: [], ended: [{ pid: run.pid, at: null }] })
  expect((await daffi('up', '-d', '--stay', '--only', 'till')).exitCode).toBe(0)
  const attached = startDaffi(['attach', '--log-format', 'json'], { cwd })
  expect(JSON.parse(await attached.waitForLine(/"ready"/))).toMatchObject({ node: 'till', stream: 'daffi' })
  const down = await daffi('down', '--json')
  const end = { pipeline: 'shop', error: null, result: { nodes: { till: { state: 'stopped' } } } }
  expect(JSON.parse(down.stdout)).toMatchObject({ ended: [end] })
  expect(await attached.exited).toMatchObject({ exitCode: 0, stderr: '' })
  expect(await waitUntilGone(cwd, 0)).toEqual([])
})

test('what keeps a run from starting is told to the command that has started it', async () => {
  const cwd = await temporaryProject({
    'pipeline.yaml': 'name: shop\nnodes: { till: { callbacks: [count] } }',
    'callbacks/count.ts': "throw new Error('no money')\nexport default () => 1",
  })
  const { exitCode, stderr } = await runDaffi(['up', '-d', '--wait'], { cwd })
  expect(exitCode).toBe(1)
  expect(stderr).toContain('no money')
})

test('Ctrl-C ends the wait for a run, and not the run, which obeys the last order of several', async () => {
  const cwd = await temporaryProject({
    'pipeline.yaml': `
name: slow
nodes:
  one: { callbacks: [wait] }
  two: { callbacks: [wait], depends_on: [one] }
  many: { callbacks: [wait] }
`,
    'callbacks/wait.js': `import { writeFileSync } from 'node:fs'
writeFileSync('begun', '')
await new Promise((resolve) => setTimeout(resolve, 3_600_000))
export default () => 1
`,
  })
  const waiting = startDaffi(['up', '-d', '--wait', '--wait-timeout', '1h'], { cwd })
  await waitUntil(() => existsSync(join(cwd, 'begun')))
  // It is told of the run before it waits.
  await waitUntil(async () => (await runDaffi(['ps', '--json'], { cwd })).stdout.includes('starting'))
  waiting.kill('SIGINT')
  expect(await waiting.exited).toMatchObject({ exitCode: 130, stderr: '' })

  const { url = '', token = '' } = readState(cwd) ?? {}
  const nc = await connectNats({ url, token }, { name: 'test' })
  onTestFinished(() => nc.close())
  const status = async () =>
    (await askStatus(nc, 'slow', { lines: null })).find((each) => each.what === 'run')
  const { id = '' } = (await status()) ?? {}
  const order = (given: RunOrder) => sendOrder(nc, 'slow', id, given)
  const states = async () =>
    Object.entries((await status())?.nodes ?? {}).map(([name, { state }]) => `${name} ${state}`)
  // The last order counts, whatever the ones before it are still waiting for; also about a node that waits for another.
  await order({ order: 'stop', nodes: ['two'] })
  await order({ order: 'start', nodes: ['two'] })
  await order({ order: 'stop', nodes: ['two'] })
  for (const number of [3, 1, 3]) await order({ order: 'scale', nodes: { many: number } })
  await expect
    .poll(states)
    .toEqual(['one starting', 'two stopped', 'many starting', 'many-2 starting', 'many-3 starting'])

  expect((await runDaffi(['down'], { cwd })).exitCode).toBe(0)
  expect(await waitUntilGone(cwd, 3000)).toEqual([])
})
