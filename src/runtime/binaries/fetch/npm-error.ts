import { DaffiError } from '../../core/errors.js'

const NO_NPM = 'Install npm, or install the program itself and put it on the PATH.'

/** The parts of execa's result that tell why npm failed. */
export interface NpmResult {
  /** npm writes its errors here when called with --json. */
  stdout: string
  /** Error code when npm itself could not be started, such as ENOENT. */
  code?: string | undefined
}

/** The error to throw when npm could not download a package. */
export function downloadError(spec: string, result: NpmResult): DaffiError {
  if (result.code === 'ENOENT') {
    const what = `${spec} is fetched through npm, and npm is not on the PATH`
    return new DaffiError('DAFFI_FETCH_FAILED', what, { next: NO_NPM })
  }
  const { code, summary } = errorOf(result.stdout)
  const message = `npm could not fetch ${spec}: ${summary ?? code ?? 'it gave no reason'}`
  if (code === 'E404' || code === 'ETARGET') return new DaffiError('DAFFI_BINARY_UNSUPPORTED', message)
  if (code === 'EINTEGRITY') return new DaffiError('DAFFI_FETCH_INTEGRITY', message)
  return new DaffiError('DAFFI_FETCH_FAILED', message)
}

function errorOf(stdout: string): { code?: string; summary?: string } {
  try {
    return (JSON.parse(stdout) as { error?: { code?: string; summary?: string } }).error ?? {}
  } catch {
    return {}
  }
}
