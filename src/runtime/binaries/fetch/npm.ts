import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { abortError } from '../../core/abort.js'
import { DaffiError } from '../../core/errors.js'
import { withoutSecrets } from '../run/environment.js'
import type { Build } from '../find/catalog.js'
import { downloadError } from './npm-error.js'

const PROGRESS_INTERVAL_MS = 200

export interface DownloadOptions {
  /** Folder whose .npmrc may name the registry. */
  project: string
  signal?: AbortSignal | undefined
  onProgress?: ((receivedBytes: number) => void) | undefined
}

/**
 * Downloads a package's tarball by npm, and gives its path. npm is used because it knows the user's registry, proxy,
 * certificates and credentials, and because it checks the tarball against the registry's checksum. Its cache is put inside
 * `folder`, where the progress can be read from the files' sizes.
 * @throws DaffiError DAFFI_FETCH_FAILED, DAFFI_BINARY_UNSUPPORTED, DAFFI_FETCH_INTEGRITY, DAFFI_ABORTED
 */
export async function downloadTarball(
  build: Build,
  folder: string,
  options: DownloadOptions,
): Promise<string> {
  const { project, signal, onProgress } = options
  const spec = `${build.package}@${build.version}`
  const cache = join(folder, 'npm')
  const stopReports = onProgress ? reportSize(cache, onProgress) : undefined
  try {
    const args = ['pack', spec, '--json', '--pack-destination', folder, '--cache', cache, ...NPM_FLAGS]
    const result = await runNpm(args, project, signal)
    if (signal?.aborted) throw abortError(signal, `fetching ${spec}`)
    if (result.failed) throw downloadError(spec, result)
  } finally {
    stopReports?.()
  }
  const tarball = (await readdir(folder)).find((file) => file.endsWith('.tgz'))
  if (tarball === undefined) throw new DaffiError('DAFFI_FETCH_FAILED', `npm pack ${spec} left no tarball`)
  return join(folder, tarball)
}

/** Whether npm can be run. */
export async function hasNpm(project: string): Promise<boolean> {
  return !(await runNpm(['--version'], project)).failed
}

/** Runs npm with the settings of the user and of the project, and without the secrets of the NATS server. */
async function runNpm(args: string[], project: string, cancelSignal?: AbortSignal) {
  const { execa } = await import('execa')
  return await execa('npm', [...args, '--prefix', project], {
    reject: false,
    stdin: 'ignore',
    cwd: project,
    env: withoutSecrets(process.env),
    extendEnv: false,
    ...(cancelSignal ? { cancelSignal } : {}),
  })
}

/** Print errors as JSON only, run no scripts, and give up within seconds when there is no network. */
const NPM_FLAGS = [
  '--loglevel=silent',
  '--ignore-scripts',
  '--dry-run=false',
  '--logs-max=0',
  '--update-notifier=false',
  '--fetch-retries=2',
  '--fetch-retry-mintimeout=500',
  '--fetch-retry-maxtimeout=1000',
]

/**
 * Reports the size of all files in the folder, five times a second.
 * @returns a function that ends the reports
 */
function reportSize(folder: string, report: (bytes: number) => void): () => void {
  const timer = setInterval(() => {
    void bytesIn(folder).then((bytes) => timer.hasRef() && report(bytes))
  }, PROGRESS_INTERVAL_MS)
  return () => clearInterval(timer)
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
