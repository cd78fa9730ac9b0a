import { basename, extname } from 'node:path'
import type { DiscoveredCallbacks } from '../../callback/index.js'
import { nearest } from '../../core/text/nearest.js'
import { shownFrom } from '../paths.js'
import type { CheckContext } from './context.js'
import { addModuleFault } from './module-fault.js'
import { known } from './words.js'

/** Modules that cannot be parsed, and callbacks that nodes list and no module offers, or more than one does. */
export function checkCallbacks({ folder, outline, callbacks, report }: CheckContext): void {
  if (!callbacks) return
  for (const fault of callbacks.faults) addModuleFault(fault, ['callbacks'], report)
  for (const node of outline.nodes) {
    for (const [index, name] of node.value.callbacks?.entries() ?? []) {
      const path = [...node.path, 'callbacks', index]
      const several = callbacks.ambiguous.get(name)
      if (several) {
        const files = several.map(({ file }) => shownFrom(folder, file)).join(' and ')
        report.add({ code: 'DAFFI_DUPLICATE_CALLBACK', message: `${name} is offered by ${files}`, path })
      } else if (!callbacks.found.has(name) && !mayBeOffered(name, callbacks)) {
        const names = [...callbacks.found.keys()]
        const methods = callbacks.classes.get(name)
        const message = methods
          ? `${name} is a class; list its methods: ${methods.join(', ')}`
          : `no module offers a callback ${name}; ${known('callbacks', names)}`
        report.add({ code: 'DAFFI_UNKNOWN_CALLBACK', message, path, suggestion: nearest(name, names) })
      }
    }
  }
}

/** A module that cannot be parsed is fault enough; what it was meant to offer is not missed as well. */
function mayBeOffered(name: string, { faults }: DiscoveredCallbacks): boolean {
  return faults.some(({ file, text }) => basename(file, extname(file)) === name || text.includes(name))
}
