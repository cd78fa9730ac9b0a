import { readdir, realpath, stat } from 'node:fs/promises'
import { extname, join, parse } from 'node:path'
import type { CallbackPlan } from '../../core/plan/plan.js'
import { MODULE_EXTENSIONS, type ModuleFault } from '../parse/module-file.js'
import type { ModuleOutline } from '../parse/module-outline.js'
import { isCompanion } from './companion.js'
import { readModules } from './read-modules.js'

/** A callback that a module exports. */
export interface FoundCallback extends CallbackPlan {
  /** Line in `file`, from 1. */
  line: number
  /** Present when it certainly returns nothing. */
  returnsNothing?: true
}

/** Result of a search for callbacks. */
export interface DiscoveredCallbacks {
  /** Folders that were searched. */
  folders: string[]
  /** Callbacks by name. */
  found: Map<string, FoundCallback>
  /** Callbacks that several modules export under one name, so that none of them can be chosen. */
  ambiguous: Map<string, FoundCallback[]>
  /**
   * Names of the callbacks that are methods of each exported class, by the name that an exported function would have in
   * place of the class.
   */
  classes: Map<string, string[]>
  /** Modules that could be parsed, by the name that a default export of them would have. */
  modules: ReadonlyMap<string, string>
  /** Files that are written as CommonJS, whose exports cannot be listed. */
  commonJs: string[]
  /** Files that export options of their callbacks. */
  withOptions: ReadonlySet<string>
  faults: ModuleFault[]
}

/** A module of a callbacks folder. */
interface FolderEntry {
  /** Name of a callback that is its default export: that of the file, or of the link in its place. */
  name: string
  /** Real path, by which Node resolves what it imports. */
  file: string
}

/**
 * Finds the callbacks that the modules directly in these folders offer: exported functions, and the public methods of exported
 * classes. A default export has the file's name, and precedence over a named export of that name elsewhere. The modules are
 * parsed, not run.
 * @throws the error of node:fs when a folder cannot be read
 */
export async function discoverCallbacks(folders: string[]): Promise<DiscoveredCallbacks> {
  const names = new Map<string, Set<string>>()
  const commonJs: string[] = []
  const withOptions = new Set<string>()
  for (const { name, file } of (await Promise.all(folders.map(modulesIn))).flat()) {
    if (MODULE_EXTENSIONS.includes(extname(file))) names.set(file, (names.get(file) ?? new Set()).add(name))
    else commonJs.push(file)
  }
  const modules = await readModules([...names.keys()])
  const classes = new Map<string, string[]>()
  const named = new Map<string, FoundCallback[]>()
  const byFile = new Map<string, FoundCallback[]>()
  const faults: ModuleFault[] = []
  const parsed = new Map<string, string>()
  for (const module of modules) {
    if ('fault' in module) faults.push(module.fault)
    else {
      if (module.isCommonJs) commonJs.push(module.file)
      if (module.exports.has('options')) withOptions.add(module.file)
      const own = [...(names.get(module.file) ?? [])]
      for (const name of own) parsed.set(name, module.file)
      collect(module, own, { named, byFile, classes })
    }
  }
  const offers = [...new Map([...named, ...byFile])]
  return {
    folders,
    found: new Map(offers.flatMap(([name, [only, ...more]]) => (only && !more.length ? [[name, only]] : []))),
    ambiguous: new Map(offers.filter(([, all]) => all.length > 1)),
    classes,
    modules: parsed,
    commonJs,
    withOptions,
    faults,
  }
}

const EXTENSIONS: readonly string[] = [...MODULE_EXTENSIONS, '.cjs', '.cts']

async function modulesIn(folder: string): Promise<FolderEntry[]> {
  const names = (await readdir(folder)).filter((name) => isModule(name) && !isCompanion(name)).sort()
  const found = await Promise.all(
    names.map(async (name) => {
      const file = await realpath(join(folder, name)).catch(() => undefined)
      // A link to nowhere, or a folder with such a name.
      if (file === undefined || !isModule(file) || !(await stat(file)).isFile()) return []
      return [{ name: parse(name).name, file }]
    }),
  )
  return found.flat()
}

function isModule(file: string): boolean {
  return EXTENSIONS.includes(extname(file))
}

type CallbacksByName = Map<string, FoundCallback[]>

interface Collected {
  named: CallbacksByName
  byFile: CallbacksByName
  classes: Map<string, string[]>
}

function collect(
  { file, exports }: ModuleOutline & { file: string },
  names: string[],
  { named, byFile, classes }: Collected,
): void {
  for (const [name, { arity, methods, ...facts }] of exports) {
    if (name === 'options') continue
    const isDefault = name === 'default'
    const plan = { file, export: name }
    for (const callback of isDefault ? names : [name]) {
      if (callback.startsWith('_')) continue
      if (arity) add(isDefault ? byFile : named, { ...plan, name: callback, arity, ...facts })
      if (methods) classes.set(callback, [...methods.keys()])
    }
    for (const [method, outline] of methods ?? []) add(named, { ...plan, name: method, method, ...outline })
  }
}

function add(offers: CallbacksByName, found: FoundCallback): void {
  offers.set(found.name, [...(offers.get(found.name) ?? []), found])
}
