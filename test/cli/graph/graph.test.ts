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
  'callbacks/maths.ts': 'export const add = (a: number, b: number) => a + b\nexport const note = () => 1',
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

test('sides of a join, with their names', async () => {
  const yaml = `name: shop
sources:
  camera: { kind: camera, device: test }
nodes:
  till:
    callbacks: [{ show: { join: {} } }]
    calls:
      - { call: show, source: camera, as: left, modifier: STREAM }
      - { call: show, source: camera, as: right, modifier: STREAM }
`
  const { plan } = await checkYaml(yaml, { files: FILES })
  if (!plan) throw new Error('the pipeline is at fault')
  const sides = graphOf(plan, withDeliveries(Object.values(plan.nodes), plan))
  for (const side of ['left', 'right']) {
    expect(graphText(sides, pc.createColors(false))).toContain(`streams camera to show as ${side} (live)`)
    expect(graphMermaid(sides)).toContain(`n0 == "show as ${side}, live" ==> n0`)
  }
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
