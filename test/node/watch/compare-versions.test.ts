import { expect, test } from 'vitest'
import type { CallbackPlan, NodePlan, SourcePlan } from '../../../src/runtime/core/plan/plan.js'
import { compareVersions, type PipelineVersion } from '../../../src/runtime/node/watch/compare-versions.js'
import { callPlan, moduleSource, nodePlan, pipelinePlan, restarts, streamPlan } from '../plans.js'

const callback = (name: string, max = 1): CallbackPlan => ({
  name,
  file: `/project/${name}.ts`,
  export: 'default',
  arity: { min: 1, max },
})
const worker = nodePlan('worker', { callbacks: [callback('work')] })
const writer = nodePlan('writer', {
  calls: [callPlan('work', { source: 'numbers', modifier: streamPlan() })],
})
const SOURCES = { numbers: moduleSource('/project/numbers.ts') }
const graph = new Map([
  ['/project/work.ts', ['/project/lib.ts']],
  ['/project/lib.ts', []],
  ['/project/numbers.ts', []],
])

const version = (nodes: NodePlan[], sources: Record<string, SourcePlan> = SOURCES): PipelineVersion => ({
  plan: pipelinePlan(nodes, sources),
  nodes,
  graph,
})
const before = version([worker, writer])

/** Names of nodes by what is to be done with them. */
function stepsTo(now: PipelineVersion, ...touched: string[]): Record<string, unknown> {
  const { plan, start, restart, reload, stop } = compareVersions(before, now, new Set(touched))
  expect(plan).toBe(now.plan)
  const names = (nodes: NodePlan[]): string[] => nodes.map(({ name }) => name)
  const reloads = Object.fromEntries(reload.map(({ node, modules }) => [node.name, modules]))
  return { start: names(start), restart: names(restart), reload: reloads, stop }
}
const NOTHING = { start: [], restart: [], reload: {}, stop: [] }

test('without a change there is nothing to do', () => {
  expect(stepsTo(version([worker, writer]))).toEqual(NOTHING)
  expect(stepsTo(version([worker, writer]), '/project/readme.json')).toEqual(NOTHING)
})

test('changed code of callbacks is reloaded, imported modules first', () => {
  const touched = ['/project/work.ts', '/project/lib.ts']
  expect(stepsTo(version([worker, writer]), ...touched)).toEqual({
    ...NOTHING,
    reload: { worker: ['/project/lib.ts', '/project/work.ts'] },
  })
})

test('a callback with other parameters is only reloaded', () => {
  const now = version([{ ...worker, callbacks: [callback('work', 2)] }, writer])
  expect(stepsTo(now, '/project/work.ts')).toEqual({ ...NOTHING, reload: { worker: ['/project/work.ts'] } })
})

test('a node is restarted for another plan, another source, or changed code of its source', () => {
  const restarted = (name: string) => ({ ...NOTHING, restart: [name] })
  expect(stepsTo(version([{ ...worker, env: { A: '1' } }, writer]))).toEqual(restarted('worker'))
  const restart = restarts({ delay: '1s' })
  expect(stepsTo(version([{ ...worker, restart }, writer]))).toEqual(restarted('worker'))
  const health = { ...worker.health, blockedMs: 30_000 }
  expect(stepsTo(version([{ ...worker, health }, writer]))).toEqual(restarted('worker'))
  const limited = { ...callback('work'), options: { concurrency: 1 } }
  expect(stepsTo(version([{ ...worker, callbacks: [limited] }, writer]))).toEqual(restarted('worker'))
  expect(stepsTo(version([worker, writer], { numbers: moduleSource('/project/other.ts') }))).toEqual(
    restarted('writer'),
  )
  expect(stepsTo(version([worker, writer]), '/project/numbers.ts')).toEqual(restarted('writer'))
})

test('nodes come and go', () => {
  expect(stepsTo(version([writer, nodePlan('late')]))).toEqual({
    ...NOTHING,
    start: ['late'],
    stop: ['worker'],
  })
})
