import { namedFile, RunsCommand, runsFileArg, runLines } from '../../cli/index.js'
import type { EndedRun, RunInfo } from '../../runtime/index.js'

interface PsResult {
  runs: RunInfo[]
  /** The last run of each pipeline that is over, when it ran in the background or was killed. */
  ended: EndedRun[]
}

export default class Ps extends RunsCommand<PsResult> {
  static override summary =
    'List runs: in the background, in other terminals and on other hosts, with their nodes.'
  static override description =
    'Shows each node with its state, process, restarts, the time for which that process runs, and how the one before ended. A run in the background that has ended is listed until the next one.'
  static override examples = ['<%= config.bin %> ps', '<%= config.bin %> ps --json']
  static override args = { file: runsFileArg }

  override async run(): Promise<PsResult> {
    const { args, flags } = await this.parse(Ps)
    const { endedRun, runInfo } = await import('../../runtime/index.js')
    const file = namedFile(args, flags)
    const result = await this.withRuns({ ...flags, file }, ({ runs, over }) =>
      Promise.resolve({ runs: runs.map(runInfo), ended: over.map(endedRun) }),
    )
    for (const line of runLines(result, this.colours)) this.log(line)
    return result
  }
}
