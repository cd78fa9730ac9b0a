import { readdir } from 'node:fs/promises'
import { basename, dirname, extname, parse } from 'node:path'
import { MODULE_EXTENSIONS, readModule, type ModuleOutline } from '../../../callback/index.js'
import { nearest } from '../../../core/text/nearest.js'
import { RECORDING_INDEX } from '../../../core/plan/plan.js'
import type { Diagnostics } from '../../diagnose/diagnostics.js'
import type { Path } from '../../diagnose/key-path.js'
import { listKnown } from '../../diagnose/list-known.js'
import { addModuleDiagnostic } from '../../diagnose/module-diagnostic.js'
import { kindOfPath, modulePath, resolveFrom } from '../../read/file-paths.js'
import type { PartialSource } from '../../validate/partial-pipeline.js'

/** Checks the files and modules that sources name. Cameras are not checked: they may be plugged in later, or elsewhere. */
export async function checkSources(
  sources: readonly Omit<PartialSource, 'name'>[],
  folder: string,
  diagnostics: Diagnostics,
): Promise<void> {
  for (const { path, value } of sources) {
    if (value.kind === 'file' && value.path !== undefined) {
      await checkFile(folder, value.path, [...path, 'path'], diagnostics)
    }
    if (value.kind === 'recording' && value.path !== undefined) {
      await checkFile(folder, `${value.path}/${RECORDING_INDEX}`, [...path, 'path'], diagnostics)
    }
    if ((value.kind === 'http' || value.kind === 'rtsp') && value.tls?.ca !== undefined) {
      await checkFile(folder, value.tls.ca, [...path, 'tls', 'ca'], diagnostics)
    }
    if (value.kind === 'module') await checkModule(folder, { path, value }, diagnostics)
  }
}

/** Checks that a file exists, and tells whether it does. */
export async function checkFile(
  folder: string,
  name: string,
  path: Path,
  diagnostics: Diagnostics,
): Promise<boolean> {
  const file = resolveFrom(folder, name)
  const kind = await kindOfPath(file)
  if (kind === 'file') return true
  const near = kind === undefined ? await nearestFile(file) : undefined
  diagnostics.add({
    code: 'DAFFI_MISSING_FILE',
    message: kind === 'folder' ? `${name} is a folder` : `there is no file ${name}`,
    path,
    suggestion: near && name.slice(0, name.length - basename(name).length) + near,
  })
  return false
}

/** The file of this name with an extension added, else the one in the same folder whose name is most similar. */
async function nearestFile(file: string): Promise<string | undefined> {
  const siblings = await readdir(dirname(file)).catch(() => [])
  const name = basename(file)
  return siblings.find((each) => parse(each).name === name) ?? nearest(name, siblings)
}

async function checkModule(
  folder: string,
  { path, value }: Omit<PartialSource, 'name'>,
  diagnostics: Diagnostics,
): Promise<void> {
  if (value.kind !== 'module' || value.module === undefined) return
  const at = [...path, 'module']
  if (!(await checkFile(folder, value.module, at, diagnostics))) return
  if (!MODULE_EXTENSIONS.includes(extname(value.module))) {
    const message = `${value.module} is not a module; ${listKnown('modules end in', MODULE_EXTENSIONS)}`
    diagnostics.add({ code: 'DAFFI_BAD_VALUE', message, path: at })
    return
  }
  const module = await readModule(modulePath(folder, value.module))
  if ('fault' in module) addModuleDiagnostic(module.fault, at, diagnostics)
  else if (value.export !== undefined) checkExport(value.module, value.export, module, path, diagnostics)
}

function checkExport(
  file: string,
  name: string,
  module: ModuleOutline,
  path: Path,
  diagnostics: Diagnostics,
): void {
  if (module.open || module.exports.has(name)) return
  const names = [...module.exports.keys()]
  const isDefault = name === 'default'
  diagnostics.add({
    code: 'DAFFI_NO_EXPORT',
    message: `${file} has no ${isDefault ? 'default export' : `export ${name}`}; ${listKnown('exports', names)}${module.isCommonJs ? '. It is CommonJS: write export default or export const' : ''}`,
    path: [...path, isDefault ? 'module' : 'export'],
    suggestion: isDefault ? null : nearest(name, names),
  })
}
