import { isAlias, isMap, isScalar, visit, type YAMLMap } from 'yaml'
import type { Diagnostics } from '../diagnose/diagnostics.js'
import { offsetsOf, type PipelineDocument } from './document.js'
import { aliasTooLarge } from './expansion.js'
import { isMergeKey, mergedInto } from './merge-keys.js'

/** More than any pipeline has; the time for them grows with their square. */
const MAX_ALIASES = 1000

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

function checkKeys({ items }: YAMLMap, diagnostics: Diagnostics): void {
  const seen = new Set<unknown>()
  for (const { key } of items) {
    if (!isScalar(key) || isMergeKey(key)) continue
    if (seen.has(key.value)) {
      const message = `the key ${JSON.stringify(key.value)} is in this mapping already; keys must be unique`
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
