import { expect, test } from 'vitest'
import type { PipelineResult } from '../../src/runtime/index.js'
import { runDaffi } from '../support/daffi.js'
import { temporaryProject } from '../support/temporary.js'

const pipeline = (worker: string): Record<string, string> => ({
  'pipeline.yaml': `
name: hostile
callbacks: ./callbacks
nodes:
  worker: { callbacks: [work]${worker} }
  boss: { calls: [{ call: work, wait_for: [worker] }] }
`,
})

test('what user code does to its process, and sends to the one above it, does no harm', async () => {
  const cwd = await temporaryProject({
    ...pipeline(''),
    'callbacks/work.ts': `
import { execSync } from 'node:child_process'
import { createServer } from 'node:net'

const send = process.send as unknown as (...args: unknown[]) => boolean
const messages = ['ready', null, undefined, 5n, () => 1, Symbol('s'), { type: 'failed' }, { index: 5, type: 'call' },
  { type: 'ready', incarnation: 'x' }, { type: 'settled' }, { type: 'left' }, { type: 'loading' }]
for (const message of messages) send(message)
send('handle', createServer())
const large = await new Promise((resolve) => send('x'.repeat(1e8), resolve))
for (let n = 0; n < 10_000; n++) send({ type: 'stream', index: n })
process.on('message', () => { throw new Error('an order of daffi') })
process.once('disconnect', () => process.exit(0))
process.on('SIGTERM', () => undefined)
process.disconnect?.()
console.log(JSON.stringify({ text: 'long'.repeat(50_000) }))
process.stdout.write = () => true
process.exit = (() => undefined) as never

export default () => {
  const row = execSync(\`ps -o args= -p \${process.pid}\`, { encoding: 'utf8' }).trim()
  process.title = 'mine'
  return { row, large, args: process.argv.length }
}
`,
  })
  const { exitCode, stdout, stderr } = await runDaffi(['up', '--json'], { cwd })
  expect(exitCode, stderr).toBe(0)
  const { calls, nodes } = JSON.parse(stdout) as PipelineResult
  expect(calls).toMatchObject([
    { value: { row: 'daffi: hostile/worker', large: null, args: 2 }, error: null },
  ])
  expect(nodes.worker).toEqual({ state: 'stopped', restarts: 0, exitCode: 0 })
  const lines = stderr.split('\n').filter((line) => line.startsWith('worker | '))
  expect(lines.filter((line) => line.includes('warn: '))).toEqual([
    expect.stringContaining('process.send() does nothing in a node'),
  ])
  expect(lines).toContain(`worker | ${JSON.stringify({ text: 'long'.repeat(50_000) })}`)
})

test('a process that ends by itself has failed, whatever its exit code, and is started again', async () => {
  const cwd = await temporaryProject({
    ...pipeline(''),
    'callbacks/work.ts': `
import { existsSync, writeFileSync } from 'node:fs'
function endOnce(where: string): void {
  if (existsSync(where)) return
  writeFileSync(where, '')
  process.exit(0)
}
endOnce('while it is loaded')
export default () => {
  endOnce('in a call')
  return 'lives'
}
`,
  })
  const { exitCode, stdout, stderr } = await runDaffi(['up', '--json'], { cwd })
  const { calls, nodes } = JSON.parse(stdout) as PipelineResult
  expect(calls, stderr).toMatchObject([{ value: 'lives', error: null }])
  expect(nodes.worker).toEqual({ state: 'stopped', restarts: 2, exitCode: 0 })
  expect(stderr).toContain('worker | restarting (1): worker ended by itself, with exit code 0')
  expect(exitCode).toBe(0)
})

test('one that writes to the descriptor of daffi has failed, and nobody waits for it', async () => {
  const cwd = await temporaryProject({
    ...pipeline(', restart: "no"'),
    'callbacks/work.ts': `
import { writeSync } from 'node:fs'
writeSync(3, 'READY=1\\n')
await new Promise(() => undefined)
export default () => undefined
`,
  })
  const { exitCode, stdout, stderr } = await runDaffi(['up', '--json'], { cwd })
  expect(exitCode, stderr).toBe(1)
  expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'DAFFI_NODE_DIED' } })
  expect(stderr).toMatch(/^worker \| error: something wrote \(.*\) to descriptor 3/m)
})
