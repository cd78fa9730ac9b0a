import type { Interfaces } from '@oclif/core'
import { DaffiError } from '../../runtime/core/errors.js'
import { noRun } from '../../runtime/core/project/no-run.js'
import { findProject } from '../../runtime/core/project/project.js'
import type { Plan, RunsView } from '../../runtime/index.js'
import { BaseCommand } from './base-command.js'
import { baseFlags } from './flags.js'
import { fileArg, fileFlag, inputFlags, namedPipeline } from './pipeline-file.js'

const FILE = 'Pipeline file whose runs are meant; by default all that run in this project.'

export const runsFlags = {
  ...baseFlags,
  ...inputFlags,
  file: fileFlag({ summary: FILE }),
}

/** The file as an argument of such a command. */
export const runsFileArg = fileArg({ description: FILE })

/** A command about runs that other commands have started. */
export abstract class RunsCommand<R> extends BaseCommand<R> {
  static override baseFlags = runsFlags

  /**
   * Calls `use` with the runs that the command is about: those of the named pipeline file, else those of the project, else those of
   * the default pipeline file, which may name a server where others run. `pipeline` gives the one that is meant, if only one can be.
   */
  protected async withRuns<T>(
    flags: Interfaces.InferredFlags<typeof runsFlags>,
    use: (view: RunsView, project: string, pipeline: () => string) => Promise<T>,
  ): Promise<T> {
    const { loadPipeline, RunsView: View } = await import('../../runtime/index.js')
    const meant = namedPipeline({ file: flags.file }, { ...flags, file: undefined })
    const named = flags.file === undefined ? undefined : await this.loadPlan(meant)
    const server = this.serverFlags(flags)
    const common = { server, load: loadPipeline, signal: this.signals.stop, log: this.logger(flags) }
    const project = named?.project ?? findProject()
    await using view = await View.open({ ...common, project, plan: named })
    if (named || view.runs.length > 0)
      return await use(view, project, () => named?.name ?? onlyPipeline(view))
    const usual = await this.loadPlan(meant).catch(() => undefined)
    if (!usual || (server.url ?? usual.server.url) === undefined)
      return await use(view, project, () => (view.over.length > 0 ? onlyPipeline(view) : usualName(usual)))
    await using elsewhere = await View.open({ ...common, project: usual.project, plan: usual })
    return await use(elsewhere, usual.project, () => usual.name)
  }
}

/** The name of the one pipeline that runs, or while none does has run. */
function onlyPipeline({ runs, over }: RunsView): string {
  const all = runs.length > 0 ? runs.map(({ pipeline }) => pipeline) : over.map(({ name }) => name)
  const names = [...new Set(all)]
  const [first = '', ...others] = names
  if (others.length === 0) return first
  throw new DaffiError(
    'DAFFI_NO_RUN',
    `several pipelines ${runs.length > 0 ? 'run' : 'have run'} here: ${names.join(', ')}`,
    {
      next: 'Name the file of the one that is meant with -f (--file).',
    },
  )
}

function usualName(plan: Plan | undefined): string {
  if (plan) return plan.name
  throw noRun()
}
