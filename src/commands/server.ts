import { once } from 'node:events'
import { existsSync } from 'node:fs'
import * as Flags from '@oclif/core/flags'
import { BaseCommand, FetchBar, fileArg, fileFlag, namedFile, portRange } from '../cli/index.js'
import { DaffiError } from '../runtime/core/errors.js'
import { findProject } from '../runtime/core/project/project.js'
import type { ServerInfo } from '../runtime/index.js'

interface ServerResult extends ServerInfo {
  /** False when another process runs the project's server. */
  owned: boolean
}

const FILE = "Pipeline file whose project's server is meant; by default the project of the working folder."

export default class Server extends BaseCommand<ServerResult> {
  static override summary = "Run the project's own NATS server in the foreground."
  static override description =
    'Listens on 127.0.0.1 only, with a token that is stored in .daffi/server.json, and keeps its data in .daffi/jetstream. Pipelines of the project join this server, which keeps running when their commands end. If the server is running already, the command prints that and ends.'
  static override examples = ['<%= config.bin %> server', '<%= config.bin %> server --port 4222']
  static override args = { file: fileArg({ description: FILE }) }
  static override flags = {
    file: fileFlag({ summary: FILE }),
    port: Flags.integer({
      summary: 'Port to listen on; by default the port of last time, else any free one.',
      ...portRange,
    }),
  }

  protected override interruptedCode = 0

  override async run(): Promise<ServerResult> {
    const { args, flags } = await this.parse(Server)
    const project = projectOf(namedFile(args, flags))
    const { openServer } = await import('../runtime/index.js')
    const { stop } = this.signals
    using bar = new FetchBar()
    const server = await openServer({
      project,
      absent: 'run',
      port: flags.port,
      signal: stop,
      log: this.logger(flags),
      onProgress: bar.show,
    })
    try {
      const { info, owned } = server
      if (!owned && flags.port !== undefined && !info.url.endsWith(`:${flags.port}`)) throw elsewhere(info)
      this.log(`nats-server ${info.version} ${owned ? 'runs' : 'runs already'} at ${info.url}`)
      if (owned)
        await Promise.race([once(stop, 'abort'), server.failed.then((error) => Promise.reject(error))])
      return { ...info, owned }
    } finally {
      await server.close()
    }
  }
}

function projectOf(file: string | undefined): string {
  if (file !== undefined && !existsSync(file))
    throw new DaffiError('DAFFI_PIPELINE_NOT_FOUND', `there is no file ${file}`)
  return findProject(file)
}

function elsewhere({ url }: ServerInfo): DaffiError {
  return new DaffiError('DAFFI_USAGE', `this project's server runs already, at ${url}`, {
    next: 'End the command that runs it first, or leave out --port.',
  })
}
