export { arityOfSource } from './arity.js'
export { discoverCallbacks, type DiscoveredCallbacks, type FoundCallback } from './discover.js'
export { MODULE_EXTENSIONS, readModule, type ModuleFault, type ReadModule } from './module-file.js'
export type { ExportOutline, ModuleOutline } from './module-outline.js'
