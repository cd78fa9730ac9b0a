import { nearest } from '../../core/text/nearest.js'
import type { Path } from '../diagnose/key-path.js'
import { listKnown } from '../diagnose/list-known.js'
import type { PartialCall, PartialSource } from '../validate/partial-pipeline.js'
import type { CheckContext } from './check-context.js'

/** Kinds of sources of which views can be made. */
const VIEWED: readonly unknown[] = ['camera', 'file', 'rtsp', 'http']

/** Checks each view against the source that it is of. */
export function checkViews(sources: readonly PartialSource[], context: CheckContext): void {
  const byName = new Map(sources.map((source) => [source.name, source]))
  for (const view of sources) checkView(view, byName, context)
}

/**
 * Checks the views of a pipeline whose sources a test replaces.
 * @param replaced the test's sources
 * @param results the test's sources that replace results of callbacks
 */
export function checkReplacedViews(
  replaced: readonly PartialSource[],
  results: readonly PartialSource[],
  context: CheckContext,
): void {
  const byName = new Map([...context.pipeline.sources, ...replaced].map((source) => [source.name, source]))
  for (const view of [...replaced, ...results]) checkView(view, byName, context)
  for (const { name, value } of byName.values()) {
    const source = replaced.find((each) => value.kind === 'view' && each.name === value.view_of)
    if (!source || !isKnown(source) || VIEWED.includes(source.value.kind) || !isCalled(name, context))
      continue
    if (replaced.some((each) => each.name === name)) continue
    const message = `${name} is a view of ${source.name}, of whose kind ${source.value.kind} there are no views: replace ${name}, too`
    context.diagnostics.add({ code: 'DAFFI_BAD_VIEW', message, path: source.path }, 'key')
  }
}

function checkView(
  { name, path, value }: PartialSource,
  sources: ReadonlyMap<string, PartialSource>,
  { diagnostics }: CheckContext,
): void {
  if (value.kind !== 'view' || value.view_of === undefined) return
  const at = (key: string): Path => [...path, key]
  const source = sources.get(value.view_of)
  if (!source) {
    const names = [...sources.keys()].filter((each) => each !== name)
    const message = `there is no source ${value.view_of}; ${listKnown('sources', names)}`
    const suggestion = nearest(value.view_of, names)
    diagnostics.add({ code: 'DAFFI_UNKNOWN_SOURCE', message, path: at('view_of'), suggestion })
    return
  }
  if (!isKnown(source)) return
  if (!VIEWED.includes(source.value.kind)) {
    const what = source.value.kind === 'view' ? 'a view itself' : `of kind ${source.value.kind}`
    const message = `a view is of a camera, file, rtsp or http source; ${source.name} is ${what}`
    diagnostics.add({ code: 'DAFFI_BAD_VIEW', message, path: at('view_of') })
    return
  }
  const { size, fps } = source.value as { size?: Size; fps?: number }
  if (size && value.size && (value.size.width > size.width || value.size.height > size.height)) {
    const message = `${name} is of ${text(value.size)}, larger than ${source.name} of ${text(size)}`
    diagnostics.add({ code: 'DAFFI_BAD_VIEW', message, path: at('size') })
  }
  if (fps !== undefined && value.fps !== undefined && value.fps > fps) {
    const message = `${name} asks for ${value.fps} frames per second; ${source.name} has ${fps}`
    diagnostics.add({ code: 'DAFFI_BAD_VIEW', message, path: at('fps') })
  }
}

/** Reports views that are called by another node than the one that reads their source. */
export function checkViewCalls(context: CheckContext): void {
  const { pipeline, diagnostics } = context
  const viewedBy = new Map(
    pipeline.sources.flatMap(({ name, value }) =>
      value.kind === 'view' && value.view_of !== undefined ? [[name, value.view_of]] : [],
    ),
  )
  for (const { node, path, value } of pipeline.calls) {
    const source = value.source === undefined ? undefined : viewedBy.get(value.source)
    if (source === undefined) continue
    const readers = pipeline.calls.filter((call) => call.value.source === source)
    const others = pipeline.calls.filter((call) => viewedBy.get(call.value.source ?? '') === source)
    // Where no node calls the source itself, the first one that calls a view of it reads it.
    const allowed = readers.length > 0 ? readers : others.slice(0, 1)
    const [first] = allowed
    if (!first || allowed.some((call) => call.node === node)) continue
    const message = `${value.source} is a view of ${source}, which ${first.node.name} reads${whatFor(first, source)}: call it there`
    diagnostics.add({ code: 'DAFFI_BAD_VIEW', message, path: [...path, 'source'] })
  }
}

function whatFor({ value }: PartialCall, source: string): string {
  return value.source === source ? '' : ` for ${value.source}`
}

interface Size {
  width: number
  height: number
}

function text({ width, height }: Size): string {
  return `${width}x${height}`
}

/** Whether the schema accepts what the file says of the source's kind. */
function isKnown({ value }: PartialSource): boolean {
  return value.kind !== undefined
}

function isCalled(name: string, { pipeline }: CheckContext): boolean {
  return pipeline.calls.some(({ value }) => value.source === name)
}
