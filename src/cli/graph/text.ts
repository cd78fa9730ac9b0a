import type { Colours } from '../show/colours.js'
import { describeFlow, describeGathering, type Flow, type GraphNode, type PipelineGraph } from './flows.js'

interface Branch {
  text: string
  below: Branch[]
}

/** Draws each node with its calls as a tree, for a person to read. */
export function graphText({ pipeline, sources, nodes, flows }: PipelineGraph, colours: Colours): string {
  const { bold, dim } = colours
  const trees = nodes.map((node) => {
    const branches = flows
      .filter(({ from }) => from === node.name)
      .map((flow) => branchOf(flow, { sources, nodes }, colours))
    return [`${bold(label(node))}${annotation(node, dim)}`, ...branchLines(branches, dim)].join('\n')
  })
  return [bold(pipeline), ...trees].join('\n\n')
}

function branchOf(
  flow: Flow,
  { sources, nodes }: Pick<PipelineGraph, 'sources' | 'nodes'>,
  { cyan, dim }: Colours,
): Branch {
  const { source, resultsOf, as, call, to, process } = flow
  const viewOf = sources.find(({ name }) => name === source)?.viewOf
  const view = viewOf === undefined ? '' : ` (view of ${cyan(viewOf)})`
  const items = source === null ? resultsOf && `results of ${cyan(resultsOf)}` : cyan(source) + view
  const side = as === null ? '' : ` as ${cyan(as)}`
  const what = items === null ? `calls ${cyan(call)}` : `streams ${items} to ${cyan(call)}${side}`
  const reached = nodes.filter(({ name }) => to.includes(name)).map(label)
  const below = (process === null ? reached : [process]).map((each) => ({ text: each, below: [] }))
  return { text: `${what} ${dim(`(${describeFlow(flow)})`)}`, below }
}

function label({ name, replicas }: GraphNode): string {
  return replicas === 1 ? name : `${name} ×${replicas}`
}

function annotation({ callbacks, gathering, dependsOn }: GraphNode, dim: (text: string) => string): string {
  const offered = callbacks.map((name) => {
    const gathers = gathering.filter(({ callback }) => callback === name).map(describeGathering)
    return gathers.length === 0 ? name : `${name} (${gathers.join(', ')})`
  })
  const offers = offered.length === 0 ? '' : `  offers ${offered.join(', ')}`
  const after = dependsOn.length === 0 ? '' : `  after ${dependsOn.join(', ')}`
  return dim(offers + after)
}

function branchLines(branches: Branch[], dim: (text: string) => string): string[] {
  return branches.flatMap(({ text, below }, index) => {
    const isLast = index === branches.length - 1
    const further = branchLines(below, dim).map((line) => `${dim(isLast ? '   ' : '│  ')}${line}`)
    return [`${dim(isLast ? '└─ ' : '├─ ')}${text}`, ...further]
  })
}
