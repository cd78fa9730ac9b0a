// Writes what is made from the code and committed: the commands' manifest and the pipeline file's JSON Schema.
// With --check it writes nothing, and fails when a file is not what it would write.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Plugin } from '@oclif/core'
import { pipelineJsonSchema } from '../dist/runtime/pipeline/json-schema.js'

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

/** @type {Record<string, unknown>} */
const files = {
  'oclif.manifest.json': await manifest(),
  'schema/pipeline.schema.json': pipelineJsonSchema(),
}

for (const [name, content] of Object.entries(files)) {
  const path = `${root}${name}`
  const text = `${JSON.stringify(content, null, 2)}\n`
  if (!process.argv.includes('--check')) {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
  } else if (readFileSync(path, 'utf8') !== text) {
    console.error(`${name} is out of date: run npm run generate, and commit it`)
    process.exitCode = 1
  }
}
