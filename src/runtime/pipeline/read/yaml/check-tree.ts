import { isAlias, isMap, isScalar, isSeq, visit, type Alias, type Scalar, type YAMLMap } from 'yaml'
import type { Diagnostics } from '../../diagnose/diagnostics.js'
import { isMergeKey, mergedInto } from './merge-keys.js'
import { wholeNumber } from './whole-number.js'
import type { YamlFile } from './yaml-file.js'

/** More than any pipeline has; the time for them grows with their square. */
const MAX_ALIASES = 1000
/** Values that aliases and merge keys may add to a file; a few lines of YAML can otherwise expand to gigabytes. */
const MAX_ADDED = 10_000

type Refuse = (message: string, node: unknown, suggestion?: string) => void

/** Refuses valid YAML that plain data cannot hold: a root that is no mapping, keys that are not text, bad aliases and merges. */
export function checkTree(file: YamlFile, diagnostics: Diagnostics): void {
  const { yaml } = file
  if (!isMap(yaml.contents)) {
    const message = yaml.contents === null ? 'the file is empty' : 'a pipeline is a mapping of keys to values'
    diagnostics.addHere(file.placeOf(yaml.contents), { code: 'DAFFI_WRONG_TYPE', message, path: [] })
    return
  }
  let sound = true as boolean
  const refuse = (message: string, node: unknown, suggestion?: string): void => {
    sound = false
    diagnostics.addSyntax(message, file.placeOf(node), suggestion)
  }
  let aliases = 0
  visit(yaml, {
    Map: (_key, map) => {
      checkKeys(map, refuse)
      checkMerges(map, file, refuse)
    },
    Scalar: (_key, scalar) => checkNumber(scalar, refuse),
    Pair: (_key, { key }) => {
      if (isScalar(key) && key.value !== '__proto__') return
      refuse('this cannot be a key', key)
    },
    Alias: (_key, alias, ancestors) => {
      if (++aliases > MAX_ALIASES) {
        refuse(`there can be ${MAX_ALIASES} aliases in a file`, alias)
        return visit.BREAK
      }
      const target = file.targetOf(alias)
      if (!target) {
        refuse(`there is no anchor &${alias.source} before this alias`, alias)
      } else if (ancestors.includes(target)) {
        refuse(`the anchor &${alias.source} contains itself`, alias)
      }
      return undefined
    },
  })
  if (!sound) return
  const tooLarge = aliasTooLarge(file)
  if (tooLarge) refuse('aliases expand to too many values', tooLarge)
}

/** Makes a number of an integer that a number can hold, and refuses what is none for JavaScript, such as 1e400. */
function checkNumber(scalar: Scalar, refuse: Refuse): void {
  const { value, source = '' } = scalar
  if (typeof value === 'bigint') scalar.value = wholeNumber(value, source)
  if (typeof value !== 'number' || (Number.isFinite(value) && value !== 0) || /inf|nan/i.test(source)) return
  if (value === 0 && !/[1-9]/.test(source.replace(/e.*/i, ''))) return
  const message = `${source} is beyond the range of numbers; quote it to make it text`
  refuse(message, scalar, JSON.stringify(source))
}

function checkKeys({ items }: YAMLMap, refuse: Refuse): void {
  const seen = new Set<unknown>()
  for (const { key } of items) {
    if (!isScalar(key) || isMergeKey(key)) continue
    if (seen.has(key.value)) {
      const message = `the key ${JSON.stringify(String(key.value))} is in this mapping already; keys must be unique`
      refuse(message, key)
    }
    seen.add(key.value)
  }
}

function checkMerges(map: YAMLMap, file: YamlFile, refuse: Refuse): void {
  for (const other of mergedInto(map, file.resolve).others) {
    // An alias of nothing is told as one.
    if (isAlias(other) && !file.targetOf(other)) continue
    refuse('a merge key << takes a mapping, or a list of mappings', other ?? map)
  }
}

/** The alias with which a document expands to too many values; undefined when none does. No alias may contain itself. */
function aliasTooLarge(file: YamlFile): Alias | undefined {
  /** Number of values in each value that has an anchor; an alias comes after its anchor. */
  const sizes = new Map<unknown, number>()
  let added = 0
  let tooLarge: Alias | undefined
  const sizeOf = (node: unknown): number => {
    if (isAlias(node)) {
      const size = sizes.get(file.targetOf(node)) ?? 1
      added += size
      if (added > MAX_ADDED) tooLarge ??= node
      return size
    }
    const parts = isMap(node) ? node.items.map(({ value }) => value) : isSeq(node) ? node.items : []
    const size = parts.reduce<number>((sum, part) => sum + sizeOf(part), 1)
    sizes.set(node, size)
    return size
  }
  sizeOf(file.yaml.contents)
  return tooLarge
}
