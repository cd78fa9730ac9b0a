import {
  BaseCommand,
  faultText,
  filesArg,
  namedPipeline,
  namedPipelines,
  pipelinesFlags,
} from '../cli/index.js'
import { count } from '../runtime/core/text/count.js'
import type { Diagnostic } from '../runtime/index.js'

const EXIT_FAULTY = 78

interface LintResult {
  files: number
  faults: Omit<Diagnostic, 'frame'>[]
}

export default class Lint extends BaseCommand<LintResult> {
  static override summary = 'Check pipeline files without running them.'
  static override description =
    'Shows every fault with its position and, where it can, the name that was probably meant. The exit code is 78 when there is a fault.'
  static override examples = [
    '<%= config.bin %> lint pipelines/camera.yaml',
    '<%= config.bin %> lint pipelines/*.yaml --json',
  ]
  static override args = {
    file: filesArg({
      description:
        'Pipeline files and *.test.yaml files; by default the one pipeline file that daffi up runs.',
    }),
  }
  static override flags = {
    ...pipelinesFlags,
  }

  override async run(): Promise<LintResult> {
    const { args, flags } = await this.parse(Lint)
    const { checkFiles } = await import('../runtime/index.js')
    const { green, red } = this.colours
    const named = namedPipelines(args, flags)
    const pipelines = named.length > 0 ? named : [await this.pipeline(namedPipeline({}, flags))]
    const { diagnostics: faults } = await checkFiles(pipelines, { imports: true })
    const files = pipelines.flatMap(({ file, inputs }) => [file, ...(inputs.overrides ?? [])])
    for (const fault of faults) this.print(faultText(fault, this.colours))
    const total = `${count(faults.length, 'fault')} in ${count(files.length, 'file')}`
    this.log(faults.length > 0 ? red(total) : green('ok'))
    if (faults.length > 0) process.exitCode = EXIT_FAULTY
    return { files: files.length, faults: faults.map(({ frame: _, ...fault }) => fault) }
  }
}
