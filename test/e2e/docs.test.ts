import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'vitest'
import { runPage } from '../support/pages.js'
import { ROOT } from '../support/paths.js'
import { temporaryPipelines } from '../support/temporary.js'
import { openTerminal } from '../support/terminal.js'

/** Run by package.test.ts, with the package as it is installed. */
const FIRST_STEPS = ['getting-started.md', 'streams.md', 'calls.md']

const pages = (await readdir(join(ROOT, 'docs')))
  .filter((name) => name.endsWith('.md') && !FIRST_STEPS.includes(name))
  .map((name) => `docs/${name}`)

/** Each page is a project of its own, with the examples in pipelines/. */
test.each(pages)('what can run in %s does', async (page) => {
  await runPage(page, await openTerminal(await temporaryPipelines()))
})
