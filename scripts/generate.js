// Writes the committed files that are generated from the code: the manifest of the commands, the JSON Schemas of pipeline
// files and of their tests, and the tables of errors, of metrics, and of the options of STREAM, of callbacks and of nodes. With --check it writes nothing, and fails when a file is out of date.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Plugin } from '@oclif/core'
import { format, resolveConfig } from 'prettier'
import {
  CALLBACK_OPTIONS,
  ERRORS,
  HEALTH_OPTIONS,
  RESTART_OPTIONS,
  STREAM_OPTIONS,
} from '../dist/runtime/index.js'
import { METRICS } from '../dist/runtime/view/programs/metric-table.js'
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

/** @param {string} text */
const toSnakeCase = (text) => text.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

/**
 * Rows of the options, and of those within them.
 * @param {import('../src/runtime/core/stream/parse-options.js').OptionSpecs} specs
 * @returns {string[]}
 */
function optionRows(specs, path = '') {
  return Object.entries(specs).flatMap(([name, spec]) => {
    const key = path + toSnakeCase(name)
    const rest = spec.type === 'group' ? optionRows(spec.options, `${key}.`) : []
    const usual = 'default' in spec ? `\`${spec.default}\`` : (spec.defaultText ?? '')
    const { min, max } = 'min' in spec || 'max' in spec ? spec : {}
    const limits = [min === undefined ? '' : `at least ${min}`, max === undefined ? '' : `at most ${max}`]
    return [
      `| \`${key}\` | ${usual} | ${limits.filter((limit) => limit !== '').join(', ')} | ${spec.text} |`,
      ...rest,
    ]
  })
}

/** @param {import('../src/runtime/core/stream/parse-options.js').OptionSpecs} specs */
function optionTable(specs) {
  const head = ['| option | default | limits | meaning |', '| --- | --- | --- | --- |']
  return [...head, ...optionRows(specs)].join('\n')
}

function metricTable() {
  const rows = Object.entries(METRICS).map(([name, { type, labels, help }]) => {
    const named = labels.map((/** @type {string} */ label) => `\`${label}\``).join(', ')
    return `| \`${name}\` | ${type} | ${named} | ${help} |`
  })
  return ['| metric | type | labels | meaning |', '| --- | --- | --- | --- |', ...rows].join('\n')
}

/**
 * The page with new tables, in their order, each between its two comments.
 * @param {string} path
 * @param {string[]} tables
 */
async function pageWith(path, ...tables) {
  const left = [...tables]
  const page = readFileSync(`${root}${path}`, 'utf8').replace(
    /(<!-- table -->\n).*?(<!-- end of table -->)/gs,
    (_, before, after) => `${before}\n${left.shift()}\n\n${after}`,
  )
  return await format(page, { parser: 'markdown', ...(await resolveConfig(root + path)) })
}

/** @param {unknown} value */
const json = (value) => `${JSON.stringify(value, null, 2)}\n`

const files = {
  'oclif.manifest.json': json(await manifest()),
  'schema/pipeline.schema.json': json(pipelineJsonSchema()),
  'schema/test.schema.json': json(testFileJsonSchema()),
  'docs/errors.md': await pageWith('docs/errors.md', errorTable()),
  'docs/pipeline.md': await pageWith(
    'docs/pipeline.md',
    ...[RESTART_OPTIONS, HEALTH_OPTIONS, STREAM_OPTIONS].map(optionTable),
  ),
  'docs/metrics.md': await pageWith('docs/metrics.md', metricTable()),
  'docs/calls.md': await pageWith('docs/calls.md', optionTable(CALLBACK_OPTIONS)),
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
