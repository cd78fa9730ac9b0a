import type { z } from 'zod'
import type { PipelineDocument } from '../read/document.js'
import type { Path } from '../diagnose/diagnostic.js'
import { call, node, type CallEntry, type NodeEntry } from '../schema/node.js'
import { pipeline, type PipelineEntry } from '../schema/pipeline.js'
import { SOURCE_KINDS, type SourceEntry } from '../schema/source.js'

/** A named part of the file with where it stands. Keys whose values the schema refuses are absent. */
export interface Part<T> {
  name: string
  path: Path
  value: Partial<T>
}

export type SourcePart = Part<SourceEntry>
export type NodePart = Part<NodeEntry>

export interface CallPart {
  node: NodePart
  path: Path
  value: Partial<CallEntry>
}

/**
 * Whatever of a pipeline can be made sense of, so that what is wrong between its parts is found even when
 * the schema finds fault with some of them.
 */
export interface Outline {
  /** Where callbacks are looked up; null when the schema refuses what is written there. */
  callbackFolders: PipelineEntry['callbacks'] | null
  sources: SourcePart[]
  nodes: NodePart[]
  calls: CallPart[]
}

export function outlinePipeline(document: PipelineDocument): Outline {
  const root = recordOf(document.data())
  const outline: Outline = { callbackFolders: foldersOf(root), sources: [], nodes: [], calls: [] }
  for (const [name, raw] of Object.entries(recordOf(root.sources))) {
    outline.sources.push({ name, path: ['sources', name], value: salvageSource(recordOf(raw)) })
  }
  for (const [name, raw] of Object.entries(recordOf(root.nodes))) {
    const part = { name, path: ['nodes', name], value: salvage(node, recordOf(raw)) }
    outline.nodes.push(part)
    for (const [index, each] of listOf(recordOf(raw).calls).entries()) {
      const path = [...part.path, 'calls', index]
      outline.calls.push({ node: part, path, value: salvage(call, recordOf(each)) })
    }
  }
  return outline
}

function foldersOf(root: Record<string, unknown>): Outline['callbackFolders'] {
  const { success, data } = pipeline.shape.callbacks.safeParse(root.callbacks)
  return success ? data : null
}

export function salvageSource(raw: Record<string, unknown>): Partial<SourceEntry> {
  const kind = Object.values(SOURCE_KINDS).find(({ shape }) => shape.kind.safeParse(raw.kind).success)
  return kind ? salvage(kind, raw) : {}
}

export function salvage<S extends z.ZodObject>(
  schema: S,
  raw: Record<string, unknown>,
): Partial<z.output<S>> {
  const values = Object.entries(schema.shape).flatMap(([key, each]) => {
    const { success, data } = (each as z.ZodType).safeParse(raw[key])
    return success ? [[key, data] as const] : []
  })
  return Object.fromEntries(values) as Partial<z.output<S>>
}

export function recordOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}

export function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : []
}
