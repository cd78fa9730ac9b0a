import { isMap, isScalar, visit, type Alias } from 'yaml'
import type { Diagnostics } from '../diagnose/diagnostics.js'
import { offsetsOf, type PipelineDocument } from './document.js'

/** Refuses valid YAML that plain data cannot hold: a root that is no mapping, keys that are not text, bad aliases. */
export function checkTree(document: PipelineDocument, diagnostics: Diagnostics): void {
  const { yaml } = document
  if (!isMap(yaml.contents)) {
    const message = yaml.contents === null ? 'the file is empty' : 'a pipeline is a mapping of keys to values'
    diagnostics.add({ code: 'DAFFI_WRONG_TYPE', message, path: [] })
    return
  }
  let last: Alias | undefined
  visit(yaml, {
    Pair: (_key, { key }) => {
      if (isScalar(key) && key.value !== '__proto__') return
      diagnostics.addSyntax('this cannot be a key', ...offsetsOf(key))
    },
    Alias: (_key, alias, ancestors) => {
      last = alias
      const target = alias.resolve(yaml)
      if (!target) {
        diagnostics.addSyntax(`there is no anchor &${alias.source} before this alias`, ...offsetsOf(alias))
      } else if (ancestors.includes(target)) {
        diagnostics.addSyntax(`the anchor &${alias.source} contains itself`, ...offsetsOf(alias))
      }
    },
  })
  if (!diagnostics.isEmpty()) return
  try {
    document.data()
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error
    diagnostics.addSyntax('aliases expand to too many values', ...offsetsOf(last))
  }
}
