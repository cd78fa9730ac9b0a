import { join } from 'node:path'
import { expect } from 'vitest'
import { checkPipeline, type CheckedPipeline } from '../../src/runtime/pipeline/index.js'
import { temporaryFolder, writeFiles } from '../support/temporary.js'

const SHOW = 'export default (frame: unknown) => frame\n'

export interface CheckedYaml extends CheckedPipeline {
  folder: string
  file: string
}

export interface YamlOptions {
  files?: Record<string, string>
  env?: Record<string, string>
}

/** Checks, as daffi lint does, YAML as pipeline.yaml of a temporary folder that has a callback `show`, of one argument. */
export async function checkYaml(yaml: string, { files, env = {} }: YamlOptions = {}): Promise<CheckedYaml> {
  const folder = await temporaryFolder()
  const file = join(folder, 'pipeline.yaml')
  await writeFiles(folder, { 'callbacks/show.ts': SHOW, ...files, 'pipeline.yaml': yaml })
  return { folder, file, ...(await checkPipeline(file, { env, imports: true })) }
}

/** YAML of the shortest pipeline with a call, a source and callbacks, each of which can be replaced. */
export function pipelineYaml({
  top = '',
  source = '{ kind: camera, device: test }',
  call = '{ call: show, source: camera, modifier: STREAM }',
  node = '{ callbacks: [show] }',
} = {}): string {
  return `name: shop\n${top}\nsources:\n  camera: ${source}\nnodes:\n  one:\n    calls:\n      - ${call}\n  two: ${node}\n`
}

/** Location and suggestion of a fault in marked YAML: `source: «camra→camera»` or, without a suggestion, `«camra»`. */
export function unmark(marked: string): {
  yaml: string
  line: number
  column: number
  suggestion: string | null
} {
  const [before = '', inside = '', after = ''] = marked.split(/[«»]/)
  const [written = '', suggestion = null] = inside.split('→')
  const lines = before.split('\n')
  const location = { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 }
  return { yaml: before + written + after, ...location, suggestion }
}

/** Marked YAML, code and path of its one fault, and a text that its message contains. */
export type FaultCase = [marked: string, code: string, path: string, message?: string]

export async function expectFault([marked, code, path, message = '']: FaultCase, files = {}): Promise<void> {
  const { yaml, ...location } = unmark(marked)
  const { plan, diagnostics, file } = await checkYaml(yaml, { files })
  expect(plan).toBeUndefined()
  expect(diagnostics).toMatchObject([{ file, ...location, code: `DAFFI_${code}`, path }])
  expect(diagnostics[0]?.message).toContain(message)
}

/** Cases with their marked line as the title of the test. */
export function titled(cases: FaultCase[]): [title: string, FaultCase][] {
  return cases.map((each) => [
    each[0]
      .split('\n')
      .find((line) => line.includes('«'))
      ?.trim() ?? '',
    each,
  ])
}
