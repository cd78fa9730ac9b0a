import { isMap, isScalar, visit, type Alias } from 'yaml'
import { rangeOf, type PipelineDocument } from './document.js'
import type { FaultReport } from '../diagnose/diagnostics.js'

/** What YAML allows and plain data has no room for: other roots, keys that are no text, aliases gone wrong. */
export function checkTree(document: PipelineDocument, report: FaultReport): void {
  const { yaml } = document
  if (!isMap(yaml.contents)) {
    const message = yaml.contents === null ? 'the file is empty' : 'a pipeline is a mapping of keys to values'
    report.add({ code: 'DAFFI_WRONG_TYPE', message, path: [] })
    return
  }
  let last: Alias | undefined
  visit(yaml, {
    Pair: (_key, { key }) => {
      if (isScalar(key) && key.value !== '__proto__') return
      report.addSyntax('this cannot be a key', ...rangeOf(key))
    },
    Alias: (_key, alias, ancestors) => {
      last = alias
      const target = alias.resolve(yaml)
      if (!target) report.addSyntax(`there is no &${alias.source} before this`, ...rangeOf(alias))
      else if (ancestors.includes(target)) {
        report.addSyntax(`&${alias.source} holds itself`, ...rangeOf(alias))
      }
    },
  })
  if (!report.isEmpty()) return
  try {
    document.data()
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error
    report.addSyntax('aliases stand for too many values', ...rangeOf(last))
  }
}
