import { basename, extname } from 'node:path'
import { MODULE_EXTENSIONS, type DiscoveredCallbacks } from '../../callback/index.js'
import { nearest } from '../../core/text/nearest.js'
import type { Path } from '../diagnose/key-path.js'
import { listKnown } from '../diagnose/list-known.js'
import { addModuleDiagnostic } from '../diagnose/module-diagnostic.js'
import { shownFrom } from '../read/file-paths.js'
import type { CallbackEntry } from '../schema/node.js'
import type { CheckContext } from './check-context.js'
import { pathOfCallback } from './offered.js'

/** Reports modules that cannot be parsed, and callbacks of nodes that no module, or more than one, offers. */
export function checkCallbacks(context: CheckContext): void {
  const { folder, pipeline, callbacks, diagnostics } = context
  if (!callbacks) return
  for (const fault of callbacks.faults) addModuleDiagnostic(fault, ['callbacks'], diagnostics)
  for (const node of pipeline.nodes) {
    const entries = node.value.callbacks ?? []
    for (const [index, entry] of entries.entries()) {
      const { name } = entry
      const path = pathOfCallback(node, index, entry)
      checkListedOnce(entries, index, path, context)
      const several = callbacks.ambiguous.get(name)
      if (several) {
        const files = several.map(({ file }) => shownFrom(folder, file)).join(' and ')
        diagnostics.add(
          { code: 'DAFFI_DUPLICATE_CALLBACK', message: `${name} is offered by ${files}`, path },
          'key',
        )
      } else if (!callbacks.found.has(name) && !mayBeOffered(name, callbacks)) {
        const names = [...callbacks.found.keys()]
        const methods = callbacks.classes.get(name)
        const message = methods
          ? `${name} is a class; list its methods: ${methods.join(', ')}`
          : `no module offers a callback ${name}; ${listKnown('callbacks', names)}${moduleHint(name, context)}`
        diagnostics.add(
          { code: 'DAFFI_UNKNOWN_CALLBACK', message, path, suggestion: nearest(name, names) },
          'key',
        )
      }
    }
  }
}

/** Reports a callback that is listed again, where one of the entries has options: it would not be clear which hold. */
function checkListedOnce(
  entries: readonly CallbackEntry[],
  index: number,
  path: Path,
  { diagnostics }: CheckContext,
): void {
  const name = entries[index]?.name
  const same = entries.slice(0, index + 1).filter((entry) => entry.name === name)
  if (same.length < 2 || same.every(({ options }) => options === undefined)) return
  const message = `${name} is listed twice; write all of its options into one entry`
  diagnostics.add({ code: 'DAFFI_BAD_VALUE', message, path }, 'key')
}

/** Says why the module that has the callback's name does not offer it, or why the exports of some modules are not known. */
function moduleHint(name: string, { folder, callbacks }: CheckContext): string {
  const own = callbacks?.modules.get(name)
  if (own !== undefined && !callbacks?.commonJs.includes(own))
    return `. ${shownFrom(folder, own)} exports no function of this name, and none as default`
  const files = callbacks?.commonJs.map((file) => shownFrom(folder, file)) ?? []
  if (files.length === 0) return ''
  const [are, their] = files.length === 1 ? ['is', 'its'] : ['are', 'their']
  return `. ${files.join(' and ')} ${are} CommonJS, and ${their} exports are not looked up: write export default or export const, in a file that ends in ${MODULE_EXTENSIONS.join(', ')}`
}

/** Whether a module that cannot be parsed may offer the callback, so that it is not reported as missing too. */
function mayBeOffered(name: string, { faults }: DiscoveredCallbacks): boolean {
  return faults.some(({ file, text }) => basename(file, extname(file)) === name || text.includes(name))
}
