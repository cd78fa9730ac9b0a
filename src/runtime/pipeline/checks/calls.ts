import { count } from '../../core/count.js'
import type { Arity } from '../../core/plan.js'
import { nearest } from '../../core/nearest.js'
import type { Path } from '../fault.js'
import type { CallPart } from '../outline.js'
import { shownFrom } from '../paths.js'
import type { CheckContext } from './context.js'
import { known } from './words.js'

/** Each call against the callbacks and sources that it names. */
export function checkCalls(context: CheckContext): void {
  for (const call of context.outline.calls) {
    checkOffered(call, context)
    checkSource(call, context)
    checkArguments(call, context)
  }
}

function checkOffered({ path, value }: CallPart, { outline, names, report }: CheckContext): void {
  const lists = outline.nodes.map((node) => node.value.callbacks)
  const name = value.call
  // A list that the schema refuses may have held the name.
  if (name === undefined || lists.includes(undefined)) return
  const offered = [...new Set(lists.flatMap((list) => list ?? []))]
  if (!offered.includes(name)) {
    const message = `no node offers ${name}; ${known('offered', offered)}`
    const suggestion = nearest(name, offered)
    report.add({ code: 'DAFFI_UNKNOWN_CALLBACK', message, path: [...path, 'call'], suggestion })
    return
  }
  const target = outline.nodes.find((node) => node.name === names.ownerOf(value.to ?? ''))
  if (target && !target.value.callbacks?.includes(name)) {
    const others = outline.nodes
      .filter((node) => node.value.callbacks?.includes(name))
      .map((node) => node.name)
    const message = `${target.name} does not offer ${name}; ${known('offered by', others)}`
    report.add({ code: 'DAFFI_UNKNOWN_CALLBACK', message, path: [...path, 'to'] })
  }
}

function checkSource({ path, value }: CallPart, { outline, report }: CheckContext): void {
  const { source, modifier, args } = value
  const at = (key: string): Path => [...path, key]
  if (source !== undefined) {
    const sources = outline.sources.map(({ name }) => name)
    if (!sources.includes(source)) {
      const message = `there is no source ${source}; ${known('sources', sources)}`
      const suggestion = nearest(source, sources)
      report.add({ code: 'DAFFI_UNKNOWN_SOURCE', message, path: at('source'), suggestion })
    }
    if (args && args.length > 0) {
      const message = "a stream's items are its arguments; it takes no args"
      report.add({ code: 'DAFFI_STREAM_SOURCE', message, path: at('args') }, 'key')
    }
  }
  if (modifier?.kind === 'STREAM' && source === undefined) {
    const message = 'STREAM needs a source'
    report.add({ code: 'DAFFI_STREAM_SOURCE', message, path: at('modifier') })
  }
  if (modifier && modifier.kind !== 'STREAM' && source !== undefined) {
    const message = `a source needs modifier: STREAM, not ${modifier.kind}`
    report.add({ code: 'DAFFI_STREAM_SOURCE', message, path: at('source') }, 'key')
  }
}

function checkArguments({ path, value }: CallPart, { folder, callbacks, report }: CheckContext): void {
  const callback = callbacks?.found.get(value.call ?? '')
  if (!callback || !value.modifier) return
  const where = `${callback.name} (${shownFrom(folder, callback.file)}:${callback.line})`
  const takes = `${where} takes ${describe(callback.arity)}`
  if (value.modifier.kind === 'STREAM') {
    if (accepts(callback.arity, 1)) return
    const message = `${takes}; STREAM gives it one, the item`
    report.add({ code: 'DAFFI_STREAM_ARITY', message, path: [...path, 'call'] })
  } else if (value.args && value.source === undefined && !accepts(callback.arity, value.args.length)) {
    const message = `${takes}, not ${value.args.length}`
    report.add({ code: 'DAFFI_ARGUMENT_COUNT', message, path: [...path, 'args'] })
  }
}

function accepts({ min, max }: Arity, number: number): boolean {
  return number >= (min ?? 0) && number <= (max ?? Infinity)
}

function describe({ min, max }: Arity): string {
  if (max === null) return `at least ${count(min ?? 0, 'argument')}`
  return min === max ? count(max, 'argument') : `${min ?? 0} to ${count(max, 'argument')}`
}
