import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { checkPipeline } from '../../src/runtime/pipeline/index.js'
import { ROOT } from '../support/paths.js'
import { temporaryProject } from '../support/temporary.js'

const page = await readFile(join(ROOT, 'docs/sources.md'), 'utf8')
const examples = [...page.matchAll(/^```yaml\n(.*?)^```$/gms)].map(([, text = '']) => text)

test.each(examples)('example %# of docs/sources.md has no fault', async (sources) => {
  const folder = await temporaryProject({
    'pipeline.yaml': `name: example\n${sources}nodes: { idle: {} }\n`,
    'clip.mp4': '',
    'gate.pem': '',
    'sources/lines.ts': 'export default function* lines() {}',
  })
  const { diagnostics, plan } = await checkPipeline(join(folder, 'pipeline.yaml'), { env: {} })
  expect(diagnostics).toEqual([])
  expect(Object.keys(plan?.sources ?? {})).not.toEqual([])
})
