import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { extname } from 'node:path'
import { packageFile } from '../../core/process/package-file.js'

const PAGE = 'dist/runtime/view/page/'
/** The font stays in its own package, beside its licence. */
const FONT = createRequire(import.meta.url).resolve(
  '@fontsource-variable/inter/files/inter-latin-wght-normal.woff2',
)

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
}

/** Reads a file of the page, by its path in at most one folder. Resolves with undefined when there is none. */
export async function pageFile(name: string): Promise<{ body: Buffer; type: string } | undefined> {
  const type = TYPES[extname(name)]
  if (type === undefined || !/^(?:[a-z-]+\/)?[a-z-]+\.[a-z0-9]+$/.test(name)) return undefined
  const path = name === 'inter.woff2' ? FONT : packageFile(PAGE + name)
  const body = await readFile(path).catch(() => undefined)
  return body && { body, type }
}
