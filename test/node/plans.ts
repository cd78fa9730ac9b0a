import type { CallPlan, NodePlan, Plan, SourcePlan, StreamPlan } from '../../src/runtime/core/plan/plan.js'
import { RESTART_OPTIONS, restartPlan, type RestartPlan } from '../../src/runtime/core/plan/node-options.js'
import { parseOptions } from '../../src/runtime/core/stream/parse-options.js'
import { STREAM_OPTIONS } from '../../src/runtime/core/stream/stream-options.js'

/** Plans for tests: complete, and only what a test says is special. */

export const streamPlan = (given: Partial<StreamPlan> = {}): StreamPlan => ({
  kind: 'STREAM',
  ...parseOptions(STREAM_OPTIONS, {}),
  onError: 'stop',
  ...given,
})

export const callPlan = (call: string, given: Partial<CallPlan> = {}): CallPlan => ({
  call,
  source: undefined,
  resultsOf: undefined,
  args: [],
  to: undefined,
  waitFor: [],
  modifier: { kind: 'FG', timeoutMs: 0 },
  ...given,
})

/** Restarts as the mapping form of a pipeline file gives them. */
export const restarts = (given: Record<string, unknown>): RestartPlan =>
  restartPlan(parseOptions(RESTART_OPTIONS, given))

export const nodePlan = (name: string, given: Partial<NodePlan> = {}): NodePlan => ({
  name,
  callbacks: [],
  calls: [],
  restart: restarts({ policy: 'no' }),
  onFailure: 'stop_all',
  health: { startupMs: undefined, blockedMs: undefined },
  stopTimeoutMs: 15_000,
  graceMs: 30_000,
  env: {},
  dependsOn: [],
  ...given,
})

export const pipelinePlan = (nodes: NodePlan[], sources: Record<string, SourcePlan> = {}): Plan => ({
  name: 'shop',
  file: '/project/shop.yaml',
  inputs: { overrides: [], envFiles: [], profiles: [], nodes: [] },
  read: ['/project/shop.yaml'],
  project: '/project',
  callbackFolders: [],
  server: {},
  sources,
  nodes: Object.fromEntries(nodes.map((node) => [node.name, node])),
})

export const moduleSource = (file: string): SourcePlan => ({
  kind: 'module',
  file,
  export: 'default',
  args: {},
})

export const cameraSource: SourcePlan = {
  kind: 'camera',
  device: 'test',
  size: undefined,
  fps: undefined,
  format: 'rgb24',
  frames: undefined,
  ffmpegArgs: [],
  stallMs: 5000,
}
