import { BaseCommand, fileArg, namedPipeline, pipelineFlags } from '../../cli/index.js'

export default class Config extends BaseCommand<Record<string, unknown>> {
  static override summary = 'Show a pipeline as it is understood.'
  static override description =
    'Prints a pipeline file: files merged, values of the environment filled in, without the nodes that do not take part, paths absolute. Secrets, as far as their names or URLs show them, are ***.'
  static override examples = [
    '<%= config.bin %> config pipelines/camera.yaml',
    '<%= config.bin %> config -f pipelines/camera.yaml -f pipelines/camera.dev.yaml --profile debug',
  ]
  static override args = { file: fileArg() }
  static override flags = { ...pipelineFlags }

  override async run(): Promise<Record<string, unknown>> {
    const { args, flags } = await this.parse(Config)
    const { loadConfig } = await import('../../runtime/index.js')
    const { file, inputs } = await this.pipeline(namedPipeline(args, flags))
    const { config, yaml } = await loadConfig(file, inputs)
    this.print(yaml.trimEnd())
    return config
  }
}
