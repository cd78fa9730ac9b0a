import pc from 'picocolors'
import { expect, test } from 'vitest'
import { graphMermaid, graphOf, graphText, type PipelineGraph } from '../../../src/cli/index.js'
import { withDeliveries } from '../../../src/runtime/index.js'
import { checkYaml } from '../../pipeline/check-yaml.js'

const YAML = `
name: shop
sources:
  camera: { kind: camera, device: test }
  unused: { kind: camera, device: test }
nodes:
  till:
    callbacks: [add]
    calls:
      - { call: show, source: camera, modifier: STREAM }
      - { call: show, source: camera, modifier: { STREAM: { share: true } }, to: screen }
      - { call: add, args: [1, 2] }
      - { call: add, args: [1, 2], to: worker-2 }
      - { call: note, modifier: BROADCAST }
  worker: { callbacks: [add, note], replicas: 3, depends_on: [till] }
  helper: { callbacks: [add] }
  screen: { callbacks: [show], depends_on: [worker] }
`
const FILES = {
  'callbacks/maths.ts':
    'export const add = (a: number, b: number) => a + b\nexport const note = () => 1\nexport const half = (n: number) => n / 2',
}

async function graph(): Promise<PipelineGraph> {
  const { plan } = await checkYaml(YAML, { files: FILES })
  if (!plan) throw new Error('the pipeline is at fault')
  return graphOf(plan, withDeliveries(Object.values(plan.nodes), plan))
}

test('views, with their sources', async () => {
  const yaml = `name: shop
sources:
  camera: { kind: camera, device: test }
  small: { view_of: camera, size: 320x240 }
  uncalled: { view_of: camera }
nodes:
  till: { callbacks: [show], calls: [{ call: show, source: small, modifier: STREAM }] }
`
  const { plan } = await checkYaml(yaml, { files: FILES })
  if (!plan) throw new Error('the pipeline is at fault')
  const views = graphOf(plan, withDeliveries(Object.values(plan.nodes), plan))
  expect(graphText(views, pc.createColors(false))).toContain('streams small (view of camera) to show (live)')
  expect(graphMermaid(views)).toBe(`flowchart LR
  s0[/"camera: camera"/]
  s1[/"small: view"/]
  n0["till"]
  s0 -- view --> s1
  s1 --> n0
  n0 == "show, live" ==> n0`)
})

test('stages with what their streams and callbacks say', async () => {
  const yaml = `name: shop
sources:
  camera: { kind: camera, device: test }
nodes:
  eye:
    calls:
      - { call: half, source: camera, modifier: { STREAM: { share: { by: 'meta."zone"' } } } }
      - { call: show, source: camera, as: left, modifier: STREAM }
  halver:
    replicas: 2
    callbacks: [{ half: { batch: { items: 4 } } }]
    calls: [{ call: show, results_of: half, as: right, modifier: { STREAM: { order: source } } }]
  screen: { callbacks: [{ show: { join: { within: 1.5s, missing: last } } }] }
`
  const { plan } = await checkYaml(yaml, { files: FILES })
  if (!plan) throw new Error('the pipeline is at fault')
  const stages = graphOf(plan, withDeliveries(Object.values(plan.nodes), plan))
  expect(graphText(stages, pc.createColors(false))).toBe(`shop

eye
├─ streams camera to half (live, one of, by meta."zone")
│  └─ halver ×2
└─ streams camera to show as left (live)
   └─ screen

halver ×2  offers half (batch of 4 within 20 ms)
└─ streams results of half to show as right (live, order: source)
   └─ screen

screen  offers show (join within 1.5 s, missing: last)`)
  expect(graphMermaid(stages)).toBe(`flowchart LR
  s0[/"camera: camera"/]
  n0["eye"]
  n1["halver ×2<br/>half: batch of 4 within 20 ms"]
  n2["screen<br/>show: join within 1.5 s, missing: last"]
  s0 --> n0
  n0 -. "half, live, by meta.#quot;zone#quot;" .-> n1
  n0 == "show as left, live" ==> n2
  n1 == "half to show as right, live, order: source" ==> n2`)
})

test('as a tree', async () => {
  expect(graphText(await graph(), pc.createColors(false))).toBe(`shop

till  offers add
├─ streams camera to show (live)
│  └─ screen
├─ streams camera to show (live)
│  └─ screen
├─ calls add (FG, one of)
│  ├─ worker ×3
│  └─ helper
├─ calls add (FG)
│  └─ worker-2
└─ calls note (BROADCAST)
   └─ worker ×3

worker ×3  offers add, note  after till

helper  offers add

screen  offers show  after worker`)
})

test('as a flowchart of Mermaid', async () => {
  expect(graphMermaid(await graph())).toBe(`flowchart LR
  s0[/"camera: camera"/]
  n0["till"]
  n1["worker ×3"]
  n2["helper"]
  n3["screen"]
  s0 --> n0
  n0 == "show, live" ==> n3
  n0 == "show, live" ==> n3
  n0 -. "add, FG" .-> n1
  n0 -. "add, FG" .-> n2
  n0 -- "add, FG" --> n1
  n0 -- "note, BROADCAST" --> n1`)
})
