import { readdir } from 'node:fs/promises'
import { basename, extname, join } from 'node:path'
import type { CallbackPlan } from '../../core/plan/plan.js'
import { MODULE_EXTENSIONS, type ModuleFault } from '../parse/module-file.js'
import type { ModuleOutline } from '../parse/module-outline.js'
import { readModules } from './read-modules.js'

/** A callback that a module exports. */
export interface FoundCallback extends CallbackPlan {
  /** Line in `file`, from 1. */
  line: number
}

/** Result of a search for callbacks. */
export interface DiscoveredCallbacks {
  /** Callbacks by name. */
  found: Map<string, FoundCallback>
  /** Callbacks that several modules export under one name, so that none of them can be chosen. */
  ambiguous: Map<string, FoundCallback[]>
  /**
   * Names of the callbacks that are methods of each exported class, by the name that an exported function would have in
   * place of the class.
   */
  classes: Map<string, string[]>
  faults: ModuleFault[]
}

/**
 * Finds the callbacks that the modules directly in these folders offer: exported functions, and the public methods of exported
 * classes. A default export has the file's name, and precedence over a named export of that name elsewhere. The modules are
 * parsed, not run.
 * @throws the error of node:fs when a folder cannot be read
 */
export async function discoverCallbacks(folders: string[]): Promise<DiscoveredCallbacks> {
  const files = (await Promise.all(folders.map(modulesIn))).flat()
  const modules = await readModules(files)
  const classes = new Map<string, string[]>()
  const named = new Map<string, FoundCallback[]>()
  const byFile = new Map<string, FoundCallback[]>()
  const faults: ModuleFault[] = []
  for (const module of modules) {
    if ('fault' in module) faults.push(module.fault)
    else collect(module, { named, byFile, classes })
  }
  const offers = [...new Map([...named, ...byFile])]
  return {
    found: new Map(offers.flatMap(([name, [only, ...more]]) => (only && !more.length ? [[name, only]] : []))),
    ambiguous: new Map(offers.filter(([, all]) => all.length > 1)),
    classes,
    faults,
  }
}

async function modulesIn(folder: string): Promise<string[]> {
  const names = await readdir(folder)
  return names
    .filter((name) => MODULE_EXTENSIONS.includes(extname(name)) && !/\.d\.m?ts$/.test(name))
    .sort()
    .map((name) => join(folder, name))
}

type CallbacksByName = Map<string, FoundCallback[]>

interface Collected {
  named: CallbacksByName
  byFile: CallbacksByName
  classes: Map<string, string[]>
}

function collect(
  { file, exports }: ModuleOutline & { file: string },
  { named, byFile, classes }: Collected,
): void {
  for (const [name, { line, arity, methods }] of exports) {
    const isDefault = name === 'default'
    const callback = isDefault ? basename(file, extname(file)) : name
    if (callback.startsWith('_') || name === 'options') continue
    const plan = { file, export: name }
    if (arity) add(isDefault ? byFile : named, { ...plan, name: callback, arity, line })
    if (!methods) continue
    classes.set(callback, [...methods.keys()])
    for (const [method, outline] of methods) add(named, { ...plan, name: method, method, ...outline })
  }
}

function add(offers: CallbacksByName, found: FoundCallback): void {
  offers.set(found.name, [...(offers.get(found.name) ?? []), found])
}
