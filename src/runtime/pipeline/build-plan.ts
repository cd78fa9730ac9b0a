import { dirname, resolve } from 'node:path'
import type { DiscoveredCallbacks } from '../callback/index.js'
import type { CallbackPlan, CallPlan, ModifierPlan, NodePlan, Plan, SourcePlan } from '../core/plan.js'
import { findProject } from '../core/project/project.js'
import type { PipelineDocument } from './document.js'
import { replicaNames, type NodeNames } from './replicas.js'
import type { ModifierEntry } from './schema/modifier.js'
import type { CallEntry, NodeEntry } from './schema/node.js'
import type { PipelineEntry } from './schema/pipeline.js'
import type { SourceEntry } from './schema/source.js'

/** What a plan is built from; all of it without fault. */
export interface PlanParts {
  file: string
  entry: PipelineEntry
  document: PipelineDocument
  names: NodeNames
  callbacks: DiscoveredCallbacks
}

/** Writes replicas out, makes paths absolute, and fills in defaults. */
export function buildPlan(parts: PlanParts): Plan {
  const { entry } = parts
  const file = resolve(parts.file)
  return {
    name: entry.name,
    file,
    project: findProject(file),
    server: { url: entry.server?.url || undefined },
    sources: mapValues(entry.sources, (source) => buildSource(source, dirname(file))),
    nodes: Object.fromEntries(
      Object.entries(entry.nodes).flatMap(([name, node]) =>
        replicaNames(name, node.replicas).map((process) => [process, buildNode(process, name, node, parts)]),
      ),
    ),
  }
}

export function buildSource(source: SourceEntry, folder: string): SourcePlan {
  if (source.kind === 'module') {
    const { kind, module, args } = source
    return { kind, file: resolve(folder, module), export: source.export, args }
  }
  if (source.kind === 'recording') return { kind: 'recording', folder: resolve(folder, source.path) }
  const { size, fps, format, frames, ffmpeg_args: ffmpegArgs } = source
  const video = { size, fps, format, frames, ffmpegArgs }
  if (source.kind === 'file') {
    const { kind, path, paced, loop } = source
    return { kind, path: resolve(folder, path), paced, loop, ...video }
  }
  const live = { ...video, stallMs: source.stall_timeout }
  if (source.kind === 'camera') return { kind: 'camera', device: source.device, ...live }
  return { kind: source.kind, url: source.url, ...live }
}

function buildNode(process: string, name: string, node: NodeEntry, parts: PlanParts): NodePlan {
  const { entry, names, callbacks, document } = parts
  return {
    name: process,
    callbacks: [...new Set(node.callbacks)].map((each) => buildCallback(each, callbacks)),
    calls: node.calls.map((call) => buildCall(call, parts)),
    restart: node.restart ?? entry.defaults.restart,
    env: mapValues(node.env, (_value, key) => document.textAt(['nodes', name, 'env', key])),
    dependsOn: writeOut(node.depends_on, names),
  }
}

function buildCallback(name: string, { found }: DiscoveredCallbacks): CallbackPlan {
  const callback = found.get(name)
  if (!callback) throw new Error(`callback ${name} passed the checks and is not there`)
  const { file, line: _line, ...plan } = callback
  return { ...plan, file: resolve(file) }
}

function buildCall(call: CallEntry, { entry, names }: PlanParts): CallPlan {
  return {
    call: call.call,
    source: call.source,
    args: call.args,
    to: call.to === undefined ? undefined : names.resolve(call.to)?.[0],
    waitFor: writeOut(call.wait_for, names),
    modifier: buildModifier(call.modifier, entry.defaults.timeout),
  }
}

export function buildModifier(modifier: ModifierEntry, defaultTimeoutMs: number): ModifierPlan {
  switch (modifier.kind) {
    case 'FG':
      return { kind: 'FG', timeoutMs: modifier.timeout ?? defaultTimeoutMs }
    case 'BG': {
      const { kind, timeout: timeoutMs, eta: etaMs, durable } = modifier
      return { kind, timeoutMs, etaMs, durable }
    }
    case 'NO_RETURN':
      return { kind: 'NO_RETURN', etaMs: modifier.eta }
    case 'BROADCAST': {
      const {
        kind,
        timeout: timeoutMs = defaultTimeoutMs,
        eta: etaMs,
        return_result: returnResult,
      } = modifier
      return { kind, timeoutMs, etaMs, returnResult }
    }
    case 'PERIOD':
      return modifier
    case 'STREAM': {
      const {
        kind,
        delivery,
        name,
        buffer,
        on_error: onError,
        retry,
        retention,
        share,
        batch,
        shm,
      } = modifier
      return {
        kind,
        delivery,
        name,
        buffer,
        onError,
        retry: { attempts: retry.attempts, delayMs: retry.delay, backoff: retry.backoff },
        retention: { ageMs: retention.age, bytes: retention.bytes },
        share,
        batch: { bytes: batch.bytes, lingerMs: batch.linger },
        shm,
      }
    }
  }
}

/** Nodes' names to those of their processes. */
export function writeOut(nodes: string[], names: NodeNames): string[] {
  return [...new Set(nodes.flatMap((name) => names.resolve(name) ?? []))]
}

export function mapValues<T, R>(
  record: Record<string, T>,
  map: (value: T, key: string) => R,
): Record<string, R> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value, key)]))
}
