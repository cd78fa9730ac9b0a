export type { Callback, CallbackOptions } from './load/callback.js'
export { discoverCallbacks, type DiscoveredCallbacks, type FoundCallback } from './find/discover.js'
export { callbacksOf } from './load/instance.js'
export { loadCallbacks, type LoadedCallbacks } from './load/load-callbacks.js'
export { createLoader, type Loader, type LoaderOptions, type LoadModule } from './load/loader.js'
export { loadExport } from './load/module-export.js'
export { isCompanion } from './find/companion.js'
export {
  faultsOfModules,
  graphModules,
  importedFirst,
  importersOf,
  type ModuleGraph,
} from './find/module-graph.js'
export { MODULE_EXTENSIONS, readModule, type ModuleFault, type ReadModule } from './parse/module-file.js'
export type { ExportOutline, ModuleOutline } from './parse/module-outline.js'
