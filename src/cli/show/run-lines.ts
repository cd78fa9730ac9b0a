import { DaffiError } from '../../runtime/core/errors.js'
import type { BackgroundRun, EndedRun, RunInfo } from '../../runtime/index.js'
import type { Colours } from './colours.js'
import { runsTable } from './runs-table.js'
import { age } from './units.js'

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
      : [`  ${red('its supervisor does not answer')}: it is stopped, or cannot reach its server`]),
    '',
  ])
  const over = ended.map(({ pipeline, pid, at, error }) => {
    if (at === null)
      return `${bold(pipeline)}  ${red('gone')}: its process ${pid} was killed, and its nodes ended with it`
    const how = error ? red(`failed: ${error.message}`) : 'ended'
    return `${bold(pipeline)}  ${how} (${age(now - Date.parse(at))} ago)`
  })
  const all = [...lines, ...over]
  if (all.at(-1) === '') all.pop()
  return all.length > 0 ? all : ['nothing runs']
}

/** Tells of a run in the background that was started, or runs already. */
export function startLines({ started, run }: BackgroundRun, waited: boolean, colours: Colours): string[] {
  const { bold, dim } = colours
  const { pipeline, nodes, answers } = run
  if (!answers)
    return started && waited ? [`${bold(pipeline)} has ended already`] : [`${bold(pipeline)} was started`]
  const names = nodes.map(({ name }) => name).join(', ')
  const isReady = waited ? ', and is ready' : ''
  const what = started ? `runs in the background${isReady}` : `runs already${isReady}`
  return [
    `${bold(pipeline)} ${what}: ${names}`,
    dim('daffi ps shows its nodes, daffi logs -f what they print; daffi down ends it'),
  ]
}

/** Tells which of several runs could be meant. */
export function severalRuns(runs: readonly RunInfo[]): DaffiError {
  const list = runs.map((run) => `${run.id}: ${run.pipeline}, ${describeRun(run, Date.now())}`)
  return new DaffiError('DAFFI_NO_RUN', `there are ${runs.length} runs:\n${list.join('\n')}`, {
    next: 'Name the pipeline file with -f, one run with --run ID, or all of them with --all.',
  })
}

function describeRun({ background, pid, host, since, id }: RunInfo, now: number): string {
  const where = background ? 'in the background' : 'in a terminal'
  return `${where}, process ${pid} on ${host}, for ${age(now - Date.parse(since))}, run ${id}`
}
