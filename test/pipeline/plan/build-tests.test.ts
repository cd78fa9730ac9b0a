import { join } from 'node:path'
import { expect, test } from 'vitest'
import { checkFiles, checkPipeline, type TestPlan } from '../../../src/runtime/pipeline/index.js'
import { temporaryFolder, writeFiles } from '../../support/temporary.js'
import { checkYaml, expectFault, pipelineYaml, titled } from '../check-yaml.js'

const FILES = {
  'callbacks/count.ts': 'export default () => 1',
  'callbacks/stages.ts':
    'export const gate = (n: number) => n\nexport const read = gate\nexport const store = gate',
}
const of = (text: string) =>
  `${pipelineYaml({ node: '{ callbacks: [show, count], replicas: 2 }' })}tests:\n  - { name: t, ${text} }\n`
/** A pipeline of stages, with a test: camera, gate, three processes that read, and two that store. */
const stages = (text: string) => `name: stages
sources: { camera: { kind: camera, device: test } }
nodes:
  eye: { calls: [{ call: gate, source: camera, modifier: STREAM, wait_for: [one] }] }
  one: { callbacks: [gate], calls: [{ call: read, results_of: gate, modifier: { STREAM: { share: true } } }] }
  three:
    replicas: 3
    callbacks: [read]
    depends_on: [eye, one]
    calls: [{ call: store, results_of: read, modifier: STREAM, wait_for: [eye, last] }]
  last: { callbacks: [store], replicas: 2 }
tests:
  - { name: t, ${text} }
`
const expecting = (text: string) => of(`expect: { ${text} }`)

test.each(
  titled([
    [of('«timeot→timeout»: 5s'), 'UNKNOWN_KEY', 'tests[0].timeot'],
    [of('timeout: «0»'), 'BAD_VALUE', 'tests[0].timeout', 'more than 0'],
    [of('faults: [«{ kill: two, restart: server }»]'), 'BAD_VALUE', 'tests[0].faults[0]', 'exactly one of'],
    [
      of('faults: [«{ at: { stream: show, item: 1 } }»]'),
      'BAD_VALUE',
      'tests[0].faults[0]',
      'exactly one of',
    ],
    [of('faults: [«{ stall: camera }»]'), 'BAD_VALUE', 'tests[0].faults[0]', 'must have for'],
    [of('faults: [{ kill: two, by: «1s» }]'), 'BAD_VALUE', 'tests[0].faults[0].by', 'only for slow'],
    [of('faults: [{ kill: «tow→two» }]'), 'UNKNOWN_NODE', 'tests[0].faults[0].kill'],
    [of('faults: [{ restart: «node» }]'), 'BAD_VALUE', 'tests[0].faults[0].restart'],
    [of('faults: [{ slow: «shw→show», by: 1s }]'), 'UNKNOWN_CALLBACK', 'tests[0].faults[0].slow'],
    [of('faults: [{ stall: «camra→camera», for: 1s }]'), 'UNKNOWN_SOURCE', 'tests[0].faults[0].stall'],
    [
      of('faults: [{ kill: two, at: { stream: «count», item: 1 } }]'),
      'UNKNOWN_CALLBACK',
      'tests[0].faults[0].at.stream',
    ],
    [
      of('faults: [{ kill: two, at: { stream: show, item: «0» } }]'),
      'BAD_VALUE',
      'tests[0].faults[0].at.item',
    ],
    [
      of('faults: [{ slow: count, by: 1s, at: { stream: «show→count», item: 1 } }]'),
      'BAD_VALUE',
      'tests[0].faults[0].at.stream',
    ],
    [
      stages('faults: [{ stall: camera, for: 1s, at: { stream: «read», item: 1 } }]'),
      'BAD_VALUE',
      'tests[0].faults[0].at.stream',
      'not streamed to read',
    ],
    [
      expecting('streams: { show: { lost: «{ min: 2, max: 1 }» } }'),
      'BAD_VALUE',
      'tests[0].expect.streams.show.lost',
    ],
    [
      of('sources: { «camra→camera»: { kind: camera, device: test } }'),
      'UNKNOWN_SOURCE',
      'tests[0].sources.camra',
    ],
    [
      of('sources: { camera: { kind: file, path: «no.mp4» } }'),
      'MISSING_FILE',
      'tests[0].sources.camera.path',
    ],
    [
      of('sources: { camera: { kind: recording, path: «no» } }'),
      'MISSING_FILE',
      'tests[0].sources.camera.path',
    ],
    [
      of('results_of: { «show»: { kind: list, items: [1] } }'),
      'UNKNOWN_CALLBACK',
      'tests[0].results_of.show',
    ],
    [
      stages('results_of: { «gat→gate»: { kind: list, items: [1] } }'),
      'UNKNOWN_CALLBACK',
      'tests[0].results_of.gat',
    ],
    [
      stages('results_of: { gate: { kind: list, items: «1→[1]» } }'),
      'WRONG_TYPE',
      'tests[0].results_of.gate.items',
    ],
    [
      stages('results_of: { gate: { kind: recording, path: «no» } }'),
      'MISSING_FILE',
      'tests[0].results_of.gate.path',
    ],
    [
      stages('results_of: { gate: { view_of: «camra→camera» } }'),
      'UNKNOWN_SOURCE',
      'tests[0].results_of.gate.view_of',
    ],
    [of('mocks: { «shw→show»: { returns: 1 } }'), 'UNKNOWN_CALLBACK', 'tests[0].mocks.shw'],
    [
      of('mocks: { show: «{ returns: 1, throws: no }» }'),
      'BAD_VALUE',
      'tests[0].mocks.show',
      'exactly one of',
    ],
    [expecting('streams: { «count»: { items: 1 } }'), 'UNKNOWN_CALLBACK', 'tests[0].expect.streams.count'],
    [
      expecting('streams: { show: { receivers: [«too→two»] } }'),
      'UNKNOWN_NODE',
      'tests[0].expect.streams.show.receivers[0]',
    ],
    [
      expecting('streams: { show: { receivers: [«one»] } }'),
      'UNKNOWN_CALLBACK',
      'tests[0].expect.streams.show.receivers[0]',
    ],
    [expecting('streams: { show: { items: «many» } }'), 'WRONG_TYPE', 'tests[0].expect.streams.show.items'],
    [
      expecting('streams: { show: { frames: { hash: «abc» } } }'),
      'BAD_VALUE',
      'tests[0].expect.streams.show.frames.hash',
    ],
    [expecting('calls: [{ call: «cuont→count» }]'), 'UNKNOWN_CALLBACK', 'tests[0].expect.calls[0].call'],
    [
      expecting('results: [{ call: count, «to»: two, equals: 1 }]').replace('«to»: two', 'to: «two→two-1»'),
      'UNKNOWN_NODE',
      'tests[0].expect.results[0].to',
    ],
    [expecting('results: [«{ call: count }»]'), 'MISSING_KEY', 'tests[0].expect.results[0].equals'],
    [
      expecting('results: [{ call: count, args: «[1]», equals: 1 }]'),
      'ARGUMENT_COUNT',
      'tests[0].expect.results[0].args',
    ],
    [expecting('logs: { «tow→two»: { match: a } }'), 'UNKNOWN_NODE', 'tests[0].expect.logs.tow'],
    [expecting('logs: { two: { match: «(» } }'), 'BAD_VALUE', 'tests[0].expect.logs.two.match'],
  ]),
)('%s', (_, each) => expectFault(each, FILES))

test("a test's plan has its own sources and mocks, and observes the callbacks that it has expectations for", async () => {
  const yaml =
    of(`sources: { camera: { kind: camera, device: test, frames: 3 } }, mocks: { count: { throws: no } },
      expect: { streams: { show: { items: 3, receivers: [two] } }, calls: [{ call: show }], logs: { two: { match: a } } }`)
  const { plan, tests, diagnostics } = await checkYaml(yaml, { files: FILES })
  expect(diagnostics).toEqual([])
  expect(plan?.sources).toMatchObject({ camera: { frames: undefined } })
  expect(tests).toMatchObject([
    {
      name: 't',
      timeoutMs: 30_000,
      pipeline: {
        sources: { camera: { frames: 3 } },
        nodes: {
          'two-2': {
            callbacks: [
              { name: 'show', observed: true },
              { name: 'count', observed: true, mock: { throws: 'no' } },
            ],
          },
        },
      },
      expect: {
        streams: { show: { items: 3, receivers: ['two-1', 'two-2'] } },
        calls: [{ call: 'show', times: undefined, args: undefined }],
        logs: { two: { processes: ['two-1', 'two-2'], match: /a/ } },
      },
    },
  ])
  expect(tests[0]?.locate(['expect', 'calls', 0])).toMatchObject({
    line: 12,
    path: 'tests[0].expect.calls[0]',
  })
})

test('behind results that a test replaces nothing changes, before them nothing is left, and of replicas one streams them', async () => {
  const { tests, diagnostics } = await checkYaml(
    stages('results_of: { read: { kind: list, items: [1, 2] } }'),
    {
      files: FILES,
    },
  )
  expect(diagnostics).toEqual([])
  const [
    {
      pipeline: { sources, nodes },
    },
  ] = tests as [TestPlan]
  expect(sources.results_of_read).toEqual({ kind: 'list', items: [1, 2] })
  expect(Object.keys(nodes)).toEqual(['three-1', 'last-1', 'last-2'])
  expect(nodes['three-1']).toMatchObject({
    dependsOn: [],
    callbacks: [{ name: 'read', mock: { throws: 'the test replaces the results of read' } }],
    calls: [
      { call: 'store', source: 'results_of_read', resultsOf: undefined, waitFor: ['last-1', 'last-2'] },
    ],
  })
})

test('what comes before replaced results is kept where something else needs it', async () => {
  const other = '{ call: store, results_of: gate, modifier: STREAM }, { call: read, results_of: gate,'
  const yaml = stages(
    'results_of: { read: { kind: recording, path: kept } }, mocks: { read: { returns: 1 } }',
  )
  const { tests, diagnostics } = await checkYaml(yaml.replace('{ call: read, results_of: gate,', other), {
    files: { ...FILES, 'kept/index.jsonl': '' },
  })
  expect(diagnostics).toEqual([])
  const [
    {
      pipeline: { nodes },
    },
  ] = tests as [TestPlan]
  expect(nodes.eye?.calls).toMatchObject([{ call: 'gate', source: 'camera' }])
  expect(nodes.one?.calls).toMatchObject([{ call: 'store', resultsOf: 'gate' }])
  expect(nodes['three-1']?.callbacks).toMatchObject([{ mock: { returns: 1 } }])
})

test('a test file has its own faults, and those of the pipeline once', async () => {
  const folder = await temporaryFolder()
  await writeFiles(folder, {
    'callbacks/show.ts': 'export default (frame: unknown) => frame',
    'pipeline.yaml': pipelineYaml({ top: 'nam: 1' }),
    'a.test.yaml': 'pipeline: pipeline.yaml\ntests: [{ name: t, expect: { logs: { tow: { match: a } } } }]\n',
    'b.test.yaml': 'pipeline: pipelin.yaml\ntests: []\n',
  })
  const files = ['pipeline.yaml', 'a.test.yaml', 'b.test.yaml'].map((name) => ({
    file: join(folder, name),
    inputs: {},
  }))
  const { diagnostics } = await checkFiles(files, { env: {} })
  expect(diagnostics.map(({ file, code, path }) => [file, code, path])).toEqual([
    [join(folder, 'pipeline.yaml'), 'DAFFI_UNKNOWN_KEY', 'nam'],
    [join(folder, 'a.test.yaml'), 'DAFFI_UNKNOWN_NODE', 'tests[0].expect.logs.tow'],
    [join(folder, 'b.test.yaml'), 'DAFFI_MISSING_FILE', 'pipeline'],
  ])
  expect(diagnostics[2]?.suggestion).toBe('pipeline.yaml')
})

test('paths in a test file are relative to its own folder', async () => {
  const folder = await temporaryFolder()
  await writeFiles(folder, {
    'main/callbacks/show.ts': 'export default (frame: unknown) => frame',
    'main/pipeline.yaml': pipelineYaml(),
    'tests/clip.mp4': '',
    'tests/a.test.yaml':
      'pipeline: ../main/pipeline.yaml\ntests: [{ name: t, sources: { camera: { kind: file, path: clip.mp4 } } }]\n',
  })
  const { tests, diagnostics } = await checkPipeline(join(folder, 'tests/a.test.yaml'), { env: {} })
  expect(diagnostics).toEqual([])
  expect(tests[0]?.pipeline.sources).toMatchObject({ camera: { path: join(folder, 'tests/clip.mp4') } })
})
