import { describeFlow, describeGathering, type Flow, type GraphNode, type PipelineGraph } from './flows.js'

/**
 * A Mermaid flowchart, as GitHub shows it in a `mermaid` block. Streams are thick lines; dotted ones reach one of several
 * nodes. Names occur in labels only, since `end` and the like are keywords of Mermaid.
 */
export function graphMermaid({ sources, nodes, flows }: PipelineGraph): string {
  const source = (name: string): string => `s${sources.findIndex((each) => each.name === name)}`
  const node = (name: string): string => `n${nodes.findIndex((each) => each.name === name)}`
  const called = sources.filter(({ name }) => flows.some((flow) => flow.source === name))
  const used = sources.filter(
    (each) => called.includes(each) || called.some(({ viewOf }) => viewOf === each.name),
  )
  const views = called.flatMap(({ name, viewOf }) =>
    viewOf === undefined ? [] : `${source(viewOf)} -- view --> ${source(name)}`,
  )
  const reads = flows.flatMap((flow) =>
    flow.source === null ? [] : `${source(flow.source)} --> ${node(flow.from)}`,
  )
  const lines = [
    ...used.map(({ name, kind }) => `${source(name)}[/"${name}: ${kind}"/]`),
    ...nodes.map((each) => `${node(each.name)}["${label(each)}"]`),
    ...views,
    ...new Set(reads),
    ...flows.flatMap((flow) => flow.to.map((to) => `${node(flow.from)} ${arrow(flow)} ${node(to)}`)),
  ]
  return ['flowchart LR', ...lines.map((line) => `  ${line}`)].join('\n')
}

function label({ name, replicas, gathering }: GraphNode): string {
  const gathers = gathering.map((each) => `<br/>${each.callback}: ${describeGathering(each)}`)
  return `${name}${replicas === 1 ? '' : ` ×${replicas}`}${gathers.join('')}`
}

function arrow(flow: Flow): string {
  const { resultsOf, as, call, modifier, reaches } = flow
  const from = resultsOf === null ? '' : `${resultsOf} to `
  // Only a path of a key may contain a quote.
  const how = describeFlow({ ...flow, reaches: 'all' }).replaceAll('"', '#quot;')
  const text = `"${from}${call}${as === null ? '' : ` as ${as}`}, ${how}"`
  if (reaches === 'one') return `-. ${text} .->`
  return modifier === 'STREAM' ? `== ${text} ==>` : `-- ${text} -->`
}
