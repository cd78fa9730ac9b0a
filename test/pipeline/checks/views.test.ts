import { expect, test } from 'vitest'
import { checkYaml, expectFault, titled, unmark } from '../check-yaml.js'

const FILES = {
  'lines.ts': 'export default [1]',
  'clip.mp4': '',
}
const CALL = '{ call: show, source: camera, modifier: STREAM }'
const pipeline = (view: string, call = '{ call: show, source: small, modifier: STREAM }') => `name: shop
sources:
  camera: { kind: camera, device: test, size: 640x480 }
  clip: { kind: file, path: ./clip.mp4 }
  lines: { kind: module, module: ./lines.ts }
  other: { view_of: camera }
  small: ${view}
nodes:
  one: { callbacks: [show], calls: [${CALL}] }
  two: { calls: [${call}] }
`
const view = (options: string) => pipeline(`{ view_of: camera, ${options} }`, CALL)
const AT = 'sources.small'

test.each(
  titled([
    [view('size: «641x10»'), 'BAD_VIEW', `${AT}.size`, 'larger than camera of 640x480'],
    [view('size: «10x481»'), 'BAD_VIEW', `${AT}.size`, 'larger than camera of 640x480'],
    [view('fps: «31»'), 'BAD_VIEW', `${AT}.fps`, 'asks for 31 frames per second; camera has 30'],
    [view('fps: «0»'), 'BAD_VALUE', `${AT}.fps`, 'more than 0'],
    [view('«device»: test'), 'UNKNOWN_KEY', `${AT}.device`, 'known here'],
    [pipeline('{ view_of: «lines» }', CALL), 'BAD_VIEW', `${AT}.view_of`, 'lines is of kind module'],
    [pipeline('{ view_of: «other» }', CALL), 'BAD_VIEW', `${AT}.view_of`, 'other is a view itself'],
    [
      pipeline('{ view_of: «camra→camera» }', CALL),
      'UNKNOWN_SOURCE',
      `${AT}.view_of`,
      'there is no source camra',
    ],
    [
      pipeline('{ view_of: camera }', '{ call: show, source: «small», modifier: STREAM }'),
      'BAD_VIEW',
      'nodes.two.calls[0].source',
      'small is a view of camera, which one reads',
    ],
  ]),
)('%s', async (_title, fault) => {
  await expectFault(fault, FILES)
})

test('views of one source are called in one node, also where nobody calls the source', async () => {
  const yaml = (source: string) => `name: shop
sources:
  clip: { kind: file, path: ./clip.mp4 }
  a: { view_of: clip }
  b: { view_of: clip, size: 9999x9999 }
nodes:
  one: { callbacks: [show], calls: [{ call: show, source: a, modifier: STREAM }] }
  two: { calls: [{ call: show, source: ${source}, modifier: STREAM }] }
`
  const { diagnostics } = await checkYaml(yaml('b'), { files: FILES })
  expect(diagnostics).toMatchObject([{ code: 'DAFFI_BAD_VIEW', path: 'nodes.two.calls[0].source' }])
  expect(diagnostics[0]?.message).toContain('which one reads for a')
  expect((await checkYaml(yaml('clip'), { files: FILES })).diagnostics).toMatchObject([
    { path: 'nodes.one.calls[0].source' },
  ])
})

test('a plan leaves out what a view has of its source', async () => {
  const { plan } = await checkYaml(pipeline('{ view_of: clip, size: 32x24, format: gray }', CALL), {
    files: FILES,
  })
  expect(plan?.sources.small).toEqual({
    ...{ kind: 'view', of: 'clip', size: { width: 32, height: 24 }, fps: undefined, format: 'gray' },
  })
})

test('a test that replaces a source replaces its views, too, where the new one can have none', async () => {
  const tests = (sources: string) => `name: shop
sources:
  clip: { kind: file, path: ./clip.mp4 }
  small: { view_of: clip, size: 32x24 }
  uncalled: { view_of: clip }
nodes:
  one: { callbacks: [show], calls: [{ call: show, source: small, modifier: STREAM }] }
tests:
  - name: first
    sources:
      ${sources}
    expect: {}
`
  const lines = '{ kind: module, module: ./lines.ts }'
  for (const valid of [
    `{ clip: ${lines}, small: ${lines} }`,
    '{ clip: { kind: camera, device: test } }',
    '{ small: { view_of: clip, fps: 1 } }',
  ])
    expect((await checkYaml(tests(valid), { files: FILES })).diagnostics).toEqual([])
  for (const [faulty, path] of [
    [`{ «clip»: ${lines} }`, 'tests[0].sources.clip'],
    [`{ clip: ${lines}, small: { view_of: «clip» } }`, 'tests[0].sources.small.view_of'],
    [
      '{ clip: { kind: camera, device: test, size: 16x16 }, small: { view_of: clip, size: «17x1» } }',
      'tests[0].sources.small.size',
    ],
  ] as const) {
    const { yaml, line, column } = unmark(tests(faulty))
    const { diagnostics } = await checkYaml(yaml, { files: FILES })
    expect(diagnostics).toMatchObject([{ code: 'DAFFI_BAD_VIEW', path, line, column }])
  }
})
