import { DaffiError } from '../../core/errors.js'

const NO_NPM = 'Install npm, or install the program itself and have it on the PATH.'

export interface NpmResult {
  /** With --json npm writes its errors there. */
  stdout: string
  /** Why npm itself could not be run. */
  code?: string | undefined
}

/** What npm's failure to fetch a package is in daffi's words. */
export function downloadError(spec: string, result: NpmResult): DaffiError {
  if (result.code === 'ENOENT') {
    const what = `${spec} is fetched through npm, and npm is not on the PATH`
    return new DaffiError('DAFFI_FETCH_FAILED', what, { next: NO_NPM })
  }
  const { code, summary } = errorOf(result.stdout)
  const said = `npm could not fetch ${spec}: ${summary ?? code ?? 'it did not say why'}`
  if (code === 'E404' || code === 'ETARGET') return new DaffiError('DAFFI_BINARY_UNSUPPORTED', said)
  if (code === 'EINTEGRITY') return new DaffiError('DAFFI_FETCH_INTEGRITY', said)
  return new DaffiError('DAFFI_FETCH_FAILED', said)
}

function errorOf(stdout: string): { code?: string; summary?: string } {
  try {
    return (JSON.parse(stdout) as { error?: { code?: string; summary?: string } }).error ?? {}
  } catch {
    return {}
  }
}
