import type { Interfaces } from '@oclif/core'
import type { PipelineLook, PipelineWatch } from '../../runtime/index.js'
import { stderr } from '../show/output.js'
import { RunsCommand, type runsFlags } from '../command/runs-command.js'

/** A command that looks at a running pipeline, wherever it runs, until Ctrl-C. */
export abstract class LookCommand<R> extends RunsCommand<R> {
  protected override interruptedCode: number = 0

  /** Calls `use` with a watch of the pipeline that is meant. */
  protected async withWatch<T>(
    flags: Interfaces.InferredFlags<typeof runsFlags>,
    use: (watch: PipelineWatch) => Promise<T>,
  ): Promise<T> {
    const { PipelineWatch: Watch } = await import('../../runtime/index.js')
    return this.withRuns(flags, async (view, _project, pipeline) => use(await Watch.open(view, pipeline())))
  }

  /** Says that the run has ended, and why. */
  protected tellOver(pipeline: string, { error }: Pick<PipelineLook, 'error'>): void {
    stderr.line(`the run of ${pipeline} is over${error ? `: ${error.message}` : ''}`)
  }
}
