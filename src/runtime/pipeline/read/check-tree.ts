import { isMap, isScalar, visit, type Alias, type Scalar, type YAMLMap } from 'yaml'
import type { Diagnostics } from '../diagnose/diagnostics.js'
import { offsetsOf, type PipelineDocument } from './document.js'
import { wholeNumber } from './whole-number.js'

/** More than any pipeline has; the time for them grows with their square. */
const MAX_ALIASES = 1000

/** Refuses valid YAML that plain data cannot hold: a root that is no mapping, keys that are not text, bad aliases. */
export function checkTree(document: PipelineDocument, diagnostics: Diagnostics): void {
  const { yaml } = document
  if (!isMap(yaml.contents)) {
    const message = yaml.contents === null ? 'the file is empty' : 'a pipeline is a mapping of keys to values'
    diagnostics.add({ code: 'DAFFI_WRONG_TYPE', message, path: [] })
    return
  }
  let last: Alias | undefined
  let aliases = 0
  visit(yaml, {
    Map: (_key, map) => checkKeys(map, diagnostics),
    Scalar: (_key, scalar) => checkNumber(scalar, diagnostics),
    Pair: (_key, { key }) => {
      if (isScalar(key) && key.value !== '__proto__') return
      diagnostics.addSyntax('this cannot be a key', ...offsetsOf(key))
    },
    Alias: (_key, alias, ancestors) => {
      last = alias
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
  try {
    document.data()
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error
    diagnostics.addSyntax('aliases expand to too many values', ...offsetsOf(last))
  }
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
    if (!isScalar(key)) continue
    if (seen.has(key.value)) diagnostics.addSyntax('Map keys must be unique', ...offsetsOf(key))
    seen.add(key.value)
  }
}
