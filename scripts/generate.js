// Writes the committed files that are generated from the code: the manifest of the commands, the JSON Schemas of pipeline
// files and of their tests, and the table of errors. With --check it writes nothing, and fails when a file is out of date.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Plugin } from '@oclif/core'
import { format, resolveConfig } from 'prettier'
import { ERRORS } from '../dist/runtime/index.js'
import { pipelineJsonSchema, testFileJsonSchema } from '../dist/runtime/pipeline/schema/json-schema.js'

const root = fileURLToPath(new URL('..', import.meta.url))

async function manifest() {
  const plugin = new Plugin({
    root,
    ignoreManifest: true,
    errorOnManifestCreate: true,
    respectNoCacheDefault: true,
  })
  await plugin.load()
  const commands = Object.entries(plugin.manifest.commands).sort(([a], [b]) => (a < b ? -1 : 1))
  return { ...plugin.manifest, commands: Object.fromEntries(commands) }
}

function errorTable() {
  const rows = Object.entries(ERRORS).map(
    ([code, { exit, meaning, next }]) =>
      `| \`${code}\` | ${exit} | ${meaning} | ${next.replaceAll('|', '\\|')} |`,
  )
  return ['| code | exit | meaning | what to do |', '| --- | --- | --- | --- |', ...rows].join('\n')
}

/** The page of errors with a new table between its two comments. */
function errorPage() {
  const page = readFileSync(`${root}docs/errors.md`, 'utf8')
  return page.replace(
    /(<!-- table -->\n).*(<!-- end of table -->)/s,
    (_, before, after) => `${before}\n${errorTable()}\n\n${after}`,
  )
}

/** @param {unknown} value */
const json = (value) => `${JSON.stringify(value, null, 2)}\n`

const files = {
  'oclif.manifest.json': json(await manifest()),
  'schema/pipeline.schema.json': json(pipelineJsonSchema()),
  'schema/test.schema.json': json(testFileJsonSchema()),
  'docs/errors.md': await format(errorPage(), {
    parser: 'markdown',
    ...(await resolveConfig(root + 'docs/errors.md')),
  }),
}

for (const [name, text] of Object.entries(files)) {
  const path = `${root}${name}`
  if (!process.argv.includes('--check')) {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
  } else if (readFileSync(path, 'utf8') !== text) {
    console.error(`${name} is out of date: run npm run generate, and commit it`)
    process.exitCode = 1
  }
}
