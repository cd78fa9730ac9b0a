import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { abortError } from '../../core/abort.js'
import { DaffiError } from '../../core/errors.js'
import { withoutSecrets } from '../run/environment.js'
import type { Build } from '../find/catalog.js'
import { downloadError } from './npm-error.js'

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
  const stopSampling = onProgress ? sampleBytes(cache, onProgress) : undefined
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
    stopSampling?.()
  }
  const tarball = (await readdir(folder)).find((file) => file.endsWith('.tgz'))
  if (tarball === undefined) throw new DaffiError('DAFFI_FETCH_FAILED', `npm pack ${spec} left no tarball`)
  return join(folder, tarball)
}

/** Whether there is an npm to fetch anything with. */
export async function hasNpm(): Promise<boolean> {
  const { execa } = await import('execa')
  return !(await execa('npm', ['--version'], { reject: false, stdin: 'ignore' })).failed
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

/** Reports what has come in so far, a few times a second, until the function that it gives is called. */
function sampleBytes(folder: string, report: (bytes: number) => void): () => void {
  const timer = setInterval(() => {
    void bytesIn(folder).then((bytes) => timer.hasRef() && report(bytes))
  }, SAMPLE_MS)
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
