import { Args } from '@oclif/core'
import { BaseCommand } from '../cli/index.js'
import { count } from '../runtime/core/text/count.js'
import type { Fault } from '../runtime/index.js'

const EXIT_FAULTY = 78

interface LintResult {
  files: number
  faults: Omit<Fault, 'frame'>[]
}

export default class Lint extends BaseCommand<LintResult> {
  static override summary = 'Check pipeline files, without running anything.'
  static override description =
    'Every fault is shown at once, with its place and what was probably meant. Exit code 78 when there is one.'
  static override examples = [
    '<%= config.bin %> lint pipelines/camera.yaml',
    '<%= config.bin %> lint pipelines/*.yaml --json',
  ]
  static override args = {
    file: Args.string({
      multiple: true,
      description: 'Pipeline files; without one the same is taken as by daffi up.',
    }),
  }

  override async run(): Promise<LintResult> {
    const { args } = await this.parse(Lint)
    const { checkFiles, formatFault } = await import('../runtime/index.js')
    const { green, isColorSupported: colour, red } = this.colours
    const files = args.file ?? [await this.pipelineFile()]
    const { faults } = await checkFiles(files)
    for (const fault of faults) this.log(formatFault(fault, { colour }))
    const total = `${count(faults.length, 'fault')} in ${count(files.length, 'file')}`
    this.log(faults.length > 0 ? red(total) : green('ok'))
    if (faults.length > 0) process.exitCode = EXIT_FAULTY
    return { files: files.length, faults: faults.map(({ frame: _, ...fault }) => fault) }
  }
}
