import type { FilesWatch } from '../watch/index.js'

/** Begins to watch the files of pipelines. Its libraries are loaded here: most programs watch nothing. */
export async function watchFiles(onError: (error: unknown) => void): Promise<FilesWatch> {
  const watching = await import('../watch/index.js')
  return new watching.FilesWatch(onError)
}
