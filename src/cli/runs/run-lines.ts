import { hostname } from 'node:os'
import { NOTHING_RUNS } from '../../runtime/core/no-run.js'
import type { BackgroundRun, EndedRun, RunInfo } from '../../runtime/index.js'
import type { Colours } from '../show/colours.js'
import { summaryLines } from '../show/summary-lines.js'
import { runsTable } from './runs-table.js'
import { age } from '../show/units.js'

/** The runs of a project, each with a table of its nodes, and those that are over. */
export function runLines(
  { runs, ended }: { runs: readonly RunInfo[]; ended: readonly EndedRun[] },
  colours: Colours,
  now = Date.now(),
): string[] {
  const { bold, dim, red } = colours
  const lines = runs.flatMap((run) => [
    `${bold(run.pipeline)}  ${dim(describeRun(run, now))}`,
    ...(run.answers
      ? runsTable(run.nodes, colours, now).map((line) => `  ${line}`)
      : [`  ${red('its supervisor does not answer')}: ${silence(run)}`]),
    '',
  ])
  const over = ended.flatMap(({ pipeline, pid, at, error, result }) => {
    if (at === null)
      return `${bold(pipeline)}  ${red('gone')}: its process ${pid} was killed, and its nodes ended with it`
    const how = error ? red(`failed: ${error.message}`) : 'ended'
    const account = result ? summaryLines(result, colours).map((line) => `  ${line}`) : []
    return [`${bold(pipeline)}  ${how} (${age(now - Date.parse(at))} ago)`, ...account]
  })
  const all = [...lines, ...over]
  if (all.at(-1) === '') all.pop()
  return all.length > 0 ? all : [NOTHING_RUNS]
}

/** Tells of a run in the background that was started, or runs already. */
export function startLines({ started, run }: BackgroundRun, waited: boolean, colours: Colours): string[] {
  const { bold, dim } = colours
  const { pipeline, nodes, answers } = run
  if (!answers && !started)
    return [`${bold(pipeline)} ${describeRun(run, Date.now())}, does not answer; daffi down ends it`]
  if (!answers) return [`${bold(pipeline)} ${waited ? 'has ended already' : 'was started'}`]
  const names = nodes.map(({ name }) => name).join(', ')
  const isReady = waited ? ', and is ready' : ''
  const what = started ? `runs in the background${isReady}` : `runs already${isReady}`
  return [
    `${bold(pipeline)} ${what}: ${names}`,
    dim('daffi ps shows its nodes, daffi logs -f what they print; daffi down ends it'),
  ]
}

/** Tells why a supervisor may not answer. */
function silence({ host, id }: RunInfo): string {
  const here = 'it is stopped, or cannot reach its server'
  return host === hostname() ? here : `it may be gone; daffi down --run ${id} forgets it`
}

/** Tells where a run is, and for how long. */
export function describeRun({ background, pid, host, since, id }: RunInfo, now: number): string {
  const where = background ? 'in the background' : 'in a terminal'
  return `${where}, process ${pid} on ${host}, for ${age(now - Date.parse(since))}, run ${id}`
}
