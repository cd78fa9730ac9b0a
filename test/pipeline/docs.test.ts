import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { pipelineJsonSchema } from '../../src/runtime/pipeline/schema/json-schema.js'
import { ROOT } from '../support/paths.js'
import { checkYaml } from './check-yaml.js'

const page = await readFile(join(ROOT, 'docs/pipeline.md'), 'utf8')
const FILES = {
  'callbacks/show_stream.ts': 'export default (frame: unknown) => frame',
  'more/till.ts':
    'export const add = (a: number, b: number) => a + b\nexport const save = (item: unknown) => item',
  'callbacks/till.ts': 'export { add, save } from "../more/till.js"',
  'sources/lines.ts': 'export default function* lines() {}',
  'clip.mp4': '',
}

function blocks(language: string): string[] {
  return [...page.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\`$`, 'gms'))].map(
    ([, text]) => text ?? '',
  )
}

/** Completes an example that shows only some keys of the file. */
function whole(yaml: string): string {
  const name = /^name:/m.test(yaml) ? '' : 'name: example\n'
  return `${name}${yaml}${/^nodes:/m.test(yaml) ? '' : 'nodes: { idle: {} }\n'}`
}

test.each(blocks('yaml'))('example %#', async (yaml) => {
  const files = yaml.includes('./more') ? { ...FILES, 'callbacks/till.ts': '' } : FILES
  expect((await checkYaml(whole(yaml), { files })).diagnostics).toEqual([])
})

test('every key is described on this page or on the page about tests', async () => {
  const pages = page + (await readFile(join(ROOT, 'docs/testing.md'), 'utf8'))
  const missing = [...keysOf(pipelineJsonSchema())].filter((key) => !pages.includes(`\`${key}\``))
  expect(missing).toEqual([])
})

function keysOf(schema: unknown): Set<string> {
  if (typeof schema !== 'object' || schema === null) return new Set()
  const own = 'properties' in schema ? Object.keys(schema.properties as object) : []
  return new Set([...own, ...Object.values(schema).flatMap((each) => [...keysOf(each)])])
}
