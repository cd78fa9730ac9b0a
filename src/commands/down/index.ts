import { hostname } from 'node:os'
import * as Flags from '@oclif/core/flags'
import {
  age,
  namedFile,
  runFlag,
  RunsCommand,
  runsFileArg,
  runsMeant,
  severalRuns,
  summaryLines,
} from '../../cli/index.js'
import { NOTHING_RUNS } from '../../runtime/core/project/no-run.js'
import type { EndedRun } from '../../runtime/index.js'

interface DownResult {
  ended: EndedRun[]
}

export default class Down extends RunsCommand<DownResult> {
  static override summary =
    'End a run gracefully, wherever it was started, and wait until nothing of it is left.'
  static override description =
    'Does what the first Ctrl-C does: streams deliver what is under way, calls end. A supervisor of this machine that is still there after 40 s is killed, with all that it runs.'
  static override examples = [
    '<%= config.bin %> down',
    '<%= config.bin %> down -f pipelines/camera.yaml',
    '<%= config.bin %> down --all',
  ]
  static override args = { file: runsFileArg }
  static override flags = {
    all: Flags.boolean({ summary: 'End all runs of the project, or of the named pipeline.' }),
    run: runFlag({ summary: 'Id of the run to end, where there are several.' }),
  }

  override async run(): Promise<DownResult> {
    const { args, flags } = await this.parse(Down)
    const { endRun, forgetEnded, runInfo } = await import('../../runtime/index.js')
    const file = namedFile(args, flags)
    return this.withRuns({ ...flags, file }, async (view, project) => {
      const { runs } = view
      const chosen = runsMeant(runs, flags.run, runInfo)
      if (chosen.length > 1 && !flags.all)
        throw severalRuns(chosen.map(runInfo), ', or all of them with --all')
      const ending = chosen.map((run) => endRun(view, project, run, this.signals.stop))
      const ended = await Promise.all(ending)
      for (const run of ended) {
        this.log(endLine(run))
        for (const line of run.result ? summaryLines(run.result, this.colours) : []) this.log(line)
      }
      // Nobody needs to be told any more how those have ended.
      if (runs.length === 0) for (const { name } of view.over) await forgetEnded(project, name)
      if (ended.length === 0) this.log(NOTHING_RUNS)
      return { ended }
    })
  }
}

function endLine({ pipeline, host, background, at, since, error, result }: EndedRun): string {
  if (at === null && host !== hostname())
    return `${pipeline} on ${host} does not answer, and is forgotten; if it runs there, end it there`
  const why = error ? `, with an error: ${error.message}` : ''
  const where = background && !result && host !== hostname() ? `; daffi ps on ${host} has its account` : ''
  return `${pipeline} has ended after ${age(Date.now() - Date.parse(since))}${why}${where}`
}
