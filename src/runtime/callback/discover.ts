import { readdir } from 'node:fs/promises'
import { basename, extname, join } from 'node:path'
import type { CallbackPlan } from '../core/plan.js'
import { MODULE_EXTENSIONS, readModule, type ModuleFault } from './module-file.js'
import type { ModuleOutline } from './module-outline.js'

export interface FoundCallback extends CallbackPlan {
  /** From 1, in `file`. */
  line: number
}

export interface DiscoveredCallbacks {
  found: Map<string, FoundCallback>
  /** Names that several modules offer, so that none can be chosen. */
  ambiguous: Map<string, FoundCallback[]>
  faults: ModuleFault[]
}

/**
 * Every callback that the modules directly in these folders offer: a module's default export by the file's
 * name, and before any named export of that name. Found by parsing; no module is run.
 * @throws the error of node:fs when a folder cannot be read
 */
export async function discoverCallbacks(folders: string[]): Promise<DiscoveredCallbacks> {
  const files = (await Promise.all(folders.map(modulesIn))).flat()
  const modules = await Promise.all(files.map(readModule))
  const named = new Map<string, FoundCallback[]>()
  const byFile = new Map<string, FoundCallback[]>()
  const faults: ModuleFault[] = []
  for (const module of modules) {
    if ('fault' in module) faults.push(module.fault)
    else collect(module, named, byFile)
  }
  const offers = [...new Map([...named, ...byFile])]
  return {
    found: new Map(offers.flatMap(([name, [only, ...more]]) => (only && !more.length ? [[name, only]] : []))),
    ambiguous: new Map(offers.filter(([, all]) => all.length > 1)),
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

type Offers = Map<string, FoundCallback[]>

function collect(module: ModuleOutline & { file: string }, named: Offers, byFile: Offers): void {
  for (const [name, { line, arity }] of module.exports) {
    const isDefault = name === 'default'
    const callback = isDefault ? basename(module.file, extname(module.file)) : name
    if (!arity || callback.startsWith('_') || name === 'options') continue
    const offers = isDefault ? byFile : named
    const found = { name: callback, file: module.file, export: name, arity, line }
    offers.set(callback, [...(offers.get(callback) ?? []), found])
  }
}
