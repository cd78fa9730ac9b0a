import { access, constants, stat } from 'node:fs/promises'
import { DaffiError } from '../../core/errors.js'
import type { VideoPlan } from '../contract/video-plan.js'
import { checkUrl } from '../network/url.js'

/**
 * Checks what can be checked without ffmpeg, for clearer messages than ffmpeg's.
 * @throws DaffiError DAFFI_SOURCE_NOT_FOUND, DAFFI_SOURCE_BAD_URL
 */
export async function checkInput(plan: VideoPlan, name: string): Promise<void> {
  if (plan.kind === 'rtsp' || plan.kind === 'http') checkUrl(plan, name)
  if (plan.kind === 'file') {
    await checkReadable(
      'file',
      plan.path,
      name,
      "Check the path; it is relative to the pipeline file's folder.",
    )
  }
  if (plan.kind === 'camera' && plan.device !== 'test' && process.platform === 'linux') {
    const next = "Look at /dev/video* and the video group's rights, or use the device test."
    await checkReadable('device', plan.device, name, next)
  }
}

async function checkReadable(what: string, path: string, name: string, next: string): Promise<void> {
  const problem = await problemOf(path)
  if (problem !== undefined) {
    throw new DaffiError('DAFFI_SOURCE_NOT_FOUND', `source ${name}: the ${what} ${path} ${problem}`, { next })
  }
}

async function problemOf(path: string): Promise<string | undefined> {
  try {
    await access(path, constants.R_OK)
    return (await stat(path)).isDirectory() ? 'is a folder' : undefined
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    return code === 'ENOENT' || code === 'ENOTDIR'
      ? 'does not exist'
      : `cannot be read (${code ?? String(error)})`
  }
}
