import { isAlias, isMap, isScalar, isSeq, visit, type Alias, type Scalar, type YAMLMap } from 'yaml'
import type { Diagnostics } from '../diagnose/diagnostics.js'
import { offsetsOf, type PipelineDocument } from './document.js'
import { isMergeKey, mergedInto } from './merge-keys.js'
import { wholeNumber } from './whole-number.js'

/** More than any pipeline has; the time for them grows with their square. */
const MAX_ALIASES = 1000
/** Values that aliases and merge keys may add to a file; a few lines of YAML can otherwise expand to gigabytes. */
const MAX_ADDED = 10_000

/** Refuses valid YAML that plain data cannot hold: a root that is no mapping, keys that are not text, bad aliases and merges. */
export function checkTree(document: PipelineDocument, diagnostics: Diagnostics): void {
  const { yaml } = document
  if (!isMap(yaml.contents)) {
    const message = yaml.contents === null ? 'the file is empty' : 'a pipeline is a mapping of keys to values'
    diagnostics.add({ code: 'DAFFI_WRONG_TYPE', message, path: [] })
    return
  }
  let aliases = 0
  visit(yaml, {
    Map: (_key, map) => {
      checkKeys(map, diagnostics)
      checkMerges(map, document, diagnostics)
    },
    Scalar: (_key, scalar) => checkNumber(scalar, diagnostics),
    Pair: (_key, { key }) => {
      if (isScalar(key) && key.value !== '__proto__') return
      diagnostics.addSyntax('this cannot be a key', ...offsetsOf(key))
    },
    Alias: (_key, alias, ancestors) => {
      if (++aliases > MAX_ALIASES) {
        diagnostics.addSyntax(`there can be ${MAX_ALIASES} aliases in a file`, ...offsetsOf(alias))
        return visit.BREAK
      }
      const target = document.targetOf(alias)
      if (!target) {
        diagnostics.addSyntax(`there is no anchor &${alias.source} before this alias`, ...offsetsOf(alias))
      } else if (ancestors.includes(target)) {
        diagnostics.addSyntax(`the anchor &${alias.source} contains itself`, ...offsetsOf(alias))
      }
      return undefined
    },
  })
  if (!diagnostics.isEmpty()) return
  const tooLarge = aliasTooLarge(document)
  if (tooLarge) diagnostics.addSyntax('aliases expand to too many values', ...offsetsOf(tooLarge))
}

/** Makes a number of an integer that a number can hold, and refuses what is none for JavaScript, such as 1e400. */
function checkNumber(scalar: Scalar, diagnostics: Diagnostics): void {
  const { value, source = '' } = scalar
  if (typeof value === 'bigint') scalar.value = wholeNumber(value, source)
  if (typeof value !== 'number' || (Number.isFinite(value) && value !== 0) || /inf|nan/i.test(source)) return
  if (value === 0 && !/[1-9]/.test(source.replace(/e.*/i, ''))) return
  const message = `${source} is beyond the range of numbers; quote it to make it text`
  diagnostics.addSyntax(message, ...offsetsOf(scalar), JSON.stringify(source))
}

function checkKeys({ items }: YAMLMap, diagnostics: Diagnostics): void {
  const seen = new Set<unknown>()
  for (const { key } of items) {
    if (!isScalar(key) || isMergeKey(key)) continue
    if (seen.has(key.value)) {
      const message = `the key ${JSON.stringify(String(key.value))} is in this mapping already; keys must be unique`
      diagnostics.addSyntax(message, ...offsetsOf(key))
    }
    seen.add(key.value)
  }
}

function checkMerges(map: YAMLMap, document: PipelineDocument, diagnostics: Diagnostics): void {
  for (const other of mergedInto(map, document.resolve).others) {
    // An alias of nothing is told as one.
    if (isAlias(other) && !document.targetOf(other)) continue
    diagnostics.addSyntax('a merge key << takes a mapping, or a list of mappings', ...offsetsOf(other ?? map))
  }
}

/** The alias with which a document expands to too many values; undefined when none does. No alias may contain itself. */
function aliasTooLarge(document: PipelineDocument): Alias | undefined {
  /** Number of values in each value that has an anchor; an alias comes after its anchor. */
  const sizes = new Map<unknown, number>()
  let added = 0
  let tooLarge: Alias | undefined
  const sizeOf = (node: unknown): number => {
    if (isAlias(node)) {
      const size = sizes.get(document.targetOf(node)) ?? 1
      added += size
      if (added > MAX_ADDED) tooLarge ??= node
      return size
    }
    const parts = isMap(node) ? node.items.map(({ value }) => value) : isSeq(node) ? node.items : []
    const size = parts.reduce<number>((sum, part) => sum + sizeOf(part), 1)
    sizes.set(node, size)
    return size
  }
  sizeOf(document.yaml.contents)
  return tooLarge
}
