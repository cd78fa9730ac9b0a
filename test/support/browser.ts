import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { chromium as playwright, type BrowserContextOptions, type Page } from 'playwright-core'
import { onTestFinished } from 'vitest'
import { CACHE } from './paths.js'

const INSTALLED = '/usr/bin/chromium'

/** A page in headless Chromium until the test ends, and what it complains of: the console's errors, and those thrown. */
export async function openPage(
  options: BrowserContextOptions,
): Promise<{ page: Page; complaints: string[] }> {
  const browser = await playwright.launch({ executablePath: await chromium(), args: ['--no-sandbox'] })
  onTestFinished(() => browser.close())
  const page = await browser.newPage(options)
  // What an idle machine shows at once may take a busy one long; Playwright's own limit is 30 s.
  page.setDefaultTimeout(60_000)
  const complaints: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(String(error)))
  return { page, complaints }
}

/** The machine's own, else that of a package, which unpacks it into the folder for temporary files: once, as the cache stays. */
async function chromium(): Promise<string> {
  if (existsSync(INSTALLED)) return INSTALLED
  const { TMPDIR } = process.env
  process.env.TMPDIR = join(CACHE, 'chromium')
  await mkdir(process.env.TMPDIR, { recursive: true })
  try {
    const { default: packaged } = await import('@sparticuz/chromium')
    return await packaged.executablePath()
  } finally {
    if (TMPDIR === undefined) delete process.env.TMPDIR
    else process.env.TMPDIR = TMPDIR
  }
}
