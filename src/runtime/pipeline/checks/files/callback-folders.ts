import type { Diagnostics } from '../../diagnose/diagnostics.js'
import { kindOfPath, resolveFrom } from '../../read/file-paths.js'
import type { PartialPipeline } from '../../validate/partial-pipeline.js'

const USUAL_FOLDER = './callbacks'

/** Paths of the folders where callbacks are looked up; undefined when one of them does not exist. */
export async function callbackFolders(
  folder: string,
  { callbackFolders: folders }: PartialPipeline,
  diagnostics: Diagnostics,
): Promise<string[] | undefined> {
  if (folders === null) return undefined
  if (folders === undefined) {
    const usual = resolveFrom(folder, USUAL_FOLDER)
    return (await kindOfPath(usual)) === 'folder' ? [usual] : []
  }
  const found = new Set<string>()
  let complete = true
  for (const [index, name] of typeof folders === 'string'
    ? [[undefined, folders] as const]
    : folders.entries()) {
    const path = resolveFrom(folder, name)
    if ((await kindOfPath(path)) === 'folder') found.add(path)
    else {
      complete = false
      const at = index === undefined ? ['callbacks'] : ['callbacks', index]
      diagnostics.add({ code: 'DAFFI_MISSING_FILE', message: `there is no folder ${name}`, path: at })
    }
  }
  return complete ? [...found] : undefined
}
