import type { FaultReport } from '../diagnose/diagnostics.js'
import type { Outline } from '../validate/partial-pipeline.js'
import { kindOfPath, resolveFrom } from '../read/file-paths.js'

const USUAL_FOLDER = './callbacks'

/** The folders where callbacks are looked up; undefined when there is fault with them. */
export async function callbackFolders(
  folder: string,
  { callbackFolders: folders }: Outline,
  report: FaultReport,
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
      report.add({ code: 'DAFFI_MISSING_FILE', message: `there is no folder ${name}`, path: at })
    }
  }
  return complete ? [...found] : undefined
}
