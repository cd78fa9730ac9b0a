import { dirname, resolve } from 'node:path'
import type { DiscoveredCallbacks } from '../../callback/index.js'
import type { CallbackPlan, CallPlan, NodePlan, PipelineInputs, Plan } from '../../core/plan/plan.js'
import { findProject } from '../../core/project/project.js'
import type { NodeEnvironments } from '../checks/files/env-files.js'
import { replicaNames, type NodeNames } from '../checks/replicas.js'
import type { PipelineDocument } from '../read/document.js'
import type { CallbackEntry, CallEntry, NodeEntry } from '../schema/node.js'
import type { PipelineEntry } from '../schema/pipeline.js'
import type { PartialNode } from '../validate/partial-pipeline.js'
import { buildModifier } from './build-modifier.js'
import { buildServer } from './build-server.js'
import { buildSource } from './build-source.js'
import { mapValues } from './map-values.js'

/** Input of `buildPlan`, without any diagnostics. */
export interface PlanInput {
  file: string
  entry: PipelineEntry
  document: PipelineDocument
  names: NodeNames
  callbacks: DiscoveredCallbacks
  /** Nodes that do not take part. */
  inactive: readonly PartialNode[]
  nodeEnvs: NodeEnvironments
  /** Choices with which the file was read. */
  inputs: PipelineInputs
  /** Files of the environment. */
  envFiles: readonly string[]
}

/** Input whose entry has no nodes but those that take part. */
type ActiveInput = Omit<PlanInput, 'inactive'>

/** Builds the plan of the nodes that take part: one node for each replica, absolute paths, defaults filled in. */
export function buildPlan({ inactive, ...given }: PlanInput): Plan {
  const entry = withoutNodes(given.entry, inactive)
  const input = { ...given, entry }
  const { inputs, nodeEnvs } = input
  const file = resolve(input.file)
  const overrides = absolute(inputs.overrides)
  return {
    name: entry.name,
    file,
    inputs: { ...inputs, overrides, envFiles: absolute(inputs.envFiles) },
    read: [file, ...overrides, ...absolute(input.envFiles), ...absolute(nodeEnvs.files)],
    project: findProject(file),
    server: buildServer(entry.server ?? {}, dirname(file)),
    sources: mapValues(entry.sources, (source) => buildSource(source, dirname(file))),
    callbackFolders: input.callbacks.folders.map((folder) => resolve(folder)),
    nodes: Object.fromEntries(
      Object.entries(entry.nodes).flatMap(([name, node]) =>
        replicaNames(name, node.replicas).map((process) => [process, buildNode(process, name, node, input)]),
      ),
    ),
    ...(entry.dead_letters && {
      deadLetters: { ageMs: entry.dead_letters.age, bytes: entry.dead_letters.bytes },
    }),
  }
}

function absolute(files: readonly string[]): string[] {
  return files.map((file) => resolve(file))
}

function withoutNodes(entry: PipelineEntry, left: readonly PartialNode[]): PipelineEntry {
  const nodes = { ...entry.nodes }
  for (const { name } of left) Reflect.deleteProperty(nodes, name)
  return { ...entry, nodes }
}

function buildNode(process: string, name: string, node: NodeEntry, input: ActiveInput): NodePlan {
  const { entry, names, callbacks, document, nodeEnvs } = input
  return {
    name: process,
    ...(process === name ? {} : { replicaOf: name }),
    callbacks: uniqueByName(node.callbacks).map((each) => ({
      ...buildCallback(each, callbacks),
      ...sidesOf(each.name, process, input),
    })),
    calls: node.calls.map((call) => buildCall(call, input)),
    restart: node.restart ?? entry.defaults.restart,
    ...(node.profiles.length === 0 ? {} : { profiles: node.profiles }),
    ...(node.log_level === undefined ? {} : { logLevel: node.log_level }),
    onFailure: node.on_failure,
    health: node.health,
    stopTimeoutMs: node.stop_timeout ?? entry.defaults.stop_timeout,
    graceMs: node.grace ?? entry.defaults.grace,
    env: {
      ...nodeEnvs.values.get(name),
      ...mapValues(node.env, (_value, key) => document.textAt(['nodes', name, 'env', key])),
    },
    dependsOn: names.processesOf(node.depends_on),
  }
}

const uniqueByName = (entries: CallbackEntry[]): CallbackEntry[] => [
  ...new Map(entries.map((entry) => [entry.name, entry])).values(),
]

function buildCallback({ name, options }: CallbackEntry, { found }: DiscoveredCallbacks): CallbackPlan {
  const callback = found.get(name)
  if (!callback) throw new Error(`callback ${name} passed the checks but does not exist`)
  const { file, line: _line, returnsNothing: _, ...plan } = callback
  return { ...plan, file: resolve(file), ...(options === undefined ? {} : { options }) }
}

/** Names of the streams that a callback of a process joins. */
function sidesOf(
  callback: string,
  process: string,
  { entry, names }: ActiveInput,
): Pick<CallbackPlan, 'sides'> {
  const sides = Object.values(entry.nodes).flatMap(({ calls }) =>
    calls.flatMap(({ call, to, as }) =>
      as !== undefined && call === callback && (to === undefined || names.resolve(to)?.[0] === process)
        ? [as]
        : [],
    ),
  )
  return sides.length === 0 ? {} : { sides: [...new Set(sides)].sort() }
}

function buildCall(call: CallEntry, { entry, names }: ActiveInput): CallPlan {
  return {
    call: call.call,
    source: call.source,
    resultsOf: call.results_of,
    ...(call.as === undefined ? {} : { as: call.as }),
    args: call.args,
    to: call.to === undefined ? undefined : names.resolve(call.to)?.[0],
    waitFor: names.processesOf(call.wait_for),
    modifier: buildModifier(call.modifier, entry.defaults.timeout),
  }
}
