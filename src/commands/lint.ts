import { Args } from '@oclif/core'
import { BaseCommand } from '../cli/index.js'
import { checkPipeline, findPipelineFile, formatFault, type Fault } from '../runtime/index.js'

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
      description:
        'Pipeline files; without one DAFFI_PIPELINE, pipeline.yaml, or the only file in pipelines/.',
    }),
  }

  override async run(): Promise<LintResult> {
    const { args } = await this.parse(Lint)
    const files = args.file ?? [await findPipelineFile()]
    const faults: Fault[] = []
    for (const file of files) faults.push(...(await checkPipeline(file)).faults)
    if (faults.length > 0) process.exitCode = EXIT_FAULTY
    this.#print(files, faults)
    return { files: files.length, faults: faults.map(({ frame: _, ...fault }) => fault) }
  }

  #print(files: string[], faults: Fault[]): void {
    for (const fault of faults) this.log(formatFault(fault, { colour: this.colours.isColorSupported }))
    const { green, red } = this.colours
    this.log(
      faults.length > 0
        ? red(`${count(faults.length, 'fault')} in ${count(files.length, 'file')}`)
        : green('ok'),
    )
  }
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}
