import type { Path } from '../diagnose/key-path.js'
import type { PipelineDocument } from '../read/document.js'
import { call, node, type CallEntry, type NodeEntry } from '../schema/node.js'
import { pipeline, type PipelineEntry } from '../schema/pipeline.js'
import { server, type ServerEntry } from '../schema/server.js'
import type { SourceEntry } from '../schema/source.js'
import { listOf, parseLeniently, parseSourceLeniently, recordOf } from './parse-leniently.js'

/** A named entry of the file, with its path. Keys whose values the schema refuses are absent. */
export interface PartialEntry<T> {
  name: string
  path: Path
  value: Partial<T>
}

export type PartialSource = PartialEntry<SourceEntry>
export type PartialNode = PartialEntry<NodeEntry>

export interface PartialCall {
  node: PartialNode
  path: Path
  value: Partial<CallEntry>
}

/**
 * The entries of a pipeline as far as the schema accepts them, so that references between them can be checked even when
 * the schema refuses some.
 */
export interface PartialPipeline {
  /** Folders where callbacks are looked up; null when the schema refuses the value. */
  callbackFolders: PipelineEntry['callbacks'] | null
  server: Partial<ServerEntry>
  sources: PartialSource[]
  nodes: PartialNode[]
  /** Position of each node in the list, by its name. */
  nodeIndex: Map<string, number>
  calls: PartialCall[]
}

export function partialPipeline(document: PipelineDocument): PartialPipeline {
  const root = recordOf(document.data())
  const partial: PartialPipeline = {
    callbackFolders: foldersOf(root),
    server: parseLeniently(server, recordOf(root.server)),
    sources: [],
    nodes: [],
    nodeIndex: new Map(),
    calls: [],
  }
  for (const [name, raw] of Object.entries(recordOf(root.sources))) {
    partial.sources.push({ name, path: ['sources', name], value: parseSourceLeniently(recordOf(raw)) })
  }
  for (const [name, raw] of Object.entries(recordOf(root.nodes))) {
    const entry = { name, path: ['nodes', name], value: parseLeniently(node, recordOf(raw)) }
    partial.nodeIndex.set(name, partial.nodes.length)
    partial.nodes.push(entry)
    for (const [index, each] of listOf(recordOf(raw).calls).entries()) {
      const path = [...entry.path, 'calls', index]
      partial.calls.push({ node: entry, path, value: parseLeniently(call, recordOf(each)) })
    }
  }
  return partial
}

function foldersOf(root: Record<string, unknown>): PartialPipeline['callbackFolders'] {
  const { success, data } = pipeline.shape.callbacks.safeParse(root.callbacks)
  return success ? data : null
}
