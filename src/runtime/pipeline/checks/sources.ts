import { readdir } from 'node:fs/promises'
import { basename, dirname, extname, parse } from 'node:path'
import { MODULE_EXTENSIONS, readModule, type ModuleOutline } from '../../callback/index.js'
import { nearest } from '../../core/text/nearest.js'
import { RECORDING_INDEX } from '../../core/plan.js'
import type { Path } from '../fault.js'
import type { FaultReport } from '../fault-report.js'
import type { SourcePart } from '../outline.js'
import { kindOfPath, resolveFrom } from '../paths.js'
import { addModuleFault } from './module-fault.js'
import { known } from './words.js'

/** Files and modules that sources name. A camera is not looked for: it may be plugged in later, or elsewhere. */
export async function checkSources(
  sources: readonly Omit<SourcePart, 'name'>[],
  folder: string,
  report: FaultReport,
): Promise<void> {
  for (const { path, value } of sources) {
    if (value.kind === 'file' && value.path !== undefined) {
      await checkFile(folder, value.path, [...path, 'path'], report)
    }
    if (value.kind === 'recording' && value.path !== undefined) {
      await checkFile(folder, `${value.path}/${RECORDING_INDEX}`, [...path, 'path'], report)
    }
    if (value.kind === 'module') await checkModule(folder, { path, value }, report)
  }
}

/** Whether it is there. */
export async function checkFile(
  folder: string,
  name: string,
  path: Path,
  report: FaultReport,
): Promise<boolean> {
  const file = resolveFrom(folder, name)
  const kind = await kindOfPath(file)
  if (kind === 'file') return true
  const near = kind === undefined ? await nearestFile(file) : undefined
  report.add({
    code: 'DAFFI_MISSING_FILE',
    message: kind === 'folder' ? `${name} is a folder` : `there is no file ${name}`,
    path,
    suggestion: near && name.slice(0, name.length - basename(name).length) + near,
  })
  return false
}

/** The name with its extension, or the one that is spelt most like it. */
async function nearestFile(file: string): Promise<string | undefined> {
  const siblings = await readdir(dirname(file)).catch(() => [])
  const name = basename(file)
  return siblings.find((each) => parse(each).name === name) ?? nearest(name, siblings)
}

async function checkModule(
  folder: string,
  { path, value }: Omit<SourcePart, 'name'>,
  report: FaultReport,
): Promise<void> {
  if (value.kind !== 'module' || value.module === undefined) return
  const at = [...path, 'module']
  if (!(await checkFile(folder, value.module, at, report))) return
  if (!MODULE_EXTENSIONS.includes(extname(value.module))) {
    const message = `${value.module} is no module; ${known('modules end in', MODULE_EXTENSIONS)}`
    report.add({ code: 'DAFFI_BAD_VALUE', message, path: at })
    return
  }
  const module = await readModule(resolveFrom(folder, value.module))
  if ('fault' in module) addModuleFault(module.fault, at, report)
  else if (value.export !== undefined) checkExport(value.module, value.export, module, path, report)
}

function checkExport(
  file: string,
  name: string,
  module: ModuleOutline,
  path: Path,
  report: FaultReport,
): void {
  if (module.open || module.exports.has(name)) return
  const names = [...module.exports.keys()]
  const isDefault = name === 'default'
  report.add({
    code: 'DAFFI_NO_EXPORT',
    message: `${file} has no ${isDefault ? 'default export' : `export ${name}`}; ${known('exports', names)}`,
    path: [...path, isDefault ? 'module' : 'export'],
    suggestion: isDefault ? null : nearest(name, names),
  })
}
