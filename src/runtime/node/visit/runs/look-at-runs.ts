import type { NatsConnection } from '@nats-io/transport-node'
import { chooseServer } from '../../../core/plan/choose-server.js'
import type { PipelineInputs, Plan } from '../../../core/plan/plan.js'
import type { ServerChoice } from '../../../core/plan/server-choice.js'
import type { Logger } from '../../../core/logger.js'
import { connectNats, openServer, readState } from '../../../nats/index.js'
import {
  isOverHere,
  readRunFiles,
  sendOrder,
  type RunFile,
  type RunOrder,
  whyUnseen,
} from '../../../runs/index.js'
import { askStatus, type LogLine, type RunStatus, type Status } from '../../../status/index.js'
import type { FoundRun } from './found-run.js'

/** Time for connecting to the project's server, which is on this machine. */
const CONNECT_MS = 2000
/** Time for finding a server that has a URL. */
const SERVER_MS = 5000

/** The runs that a command is about. */
export interface RunsScope {
  project: string
  /** The pipeline whose runs are meant. @default all of the project */
  plan?: Plan | undefined
  /** The server that the command names. */
  server: ServerChoice
  /** Loads the file of a pipeline that runs on a server with a URL, which the file may name. */
  load: (file: string, inputs: PipelineInputs) => Promise<Plan>
  signal: AbortSignal
  log: Logger
}

/** One pipeline, and the connection to the server that its runs use; undefined when that is not there. */
interface Link {
  pipeline: string
  nc: NatsConnection | undefined
}

/**
 * Looks for runs: files of the project tell of those of this machine, and every supervisor that is connected to the server of a
 * pipeline answers for itself.
 */
export class RunsView implements AsyncDisposable {
  readonly #scope: RunsScope
  readonly #connections = new Map<string, Promise<NatsConnection | undefined>>()
  #links: Link[] = []
  /** Runs that have not ended, as far as is known. */
  runs: FoundRun[] = []
  /** Files of runs that are over. */
  over: RunFile[] = []

  private constructor(scope: RunsScope) {
    this.#scope = scope
  }

  /** @throws DaffiError those of the server that the command, or the pipeline file, names */
  static async open(scope: RunsScope): Promise<RunsView> {
    const view = new RunsView(scope)
    const unseen = whyUnseen(scope.project)
    if (unseen !== undefined) scope.log.warn(`runs of this project may not be seen: ${unseen}`)
    try {
      const files = await view.#files()
      const { plan } = scope
      const pipelines = plan
        ? [{ name: plan.name, link: view.#connect(plan) }]
        : [...new Map(files.map((file) => [file.name, file])).values()].map((file) => ({
            name: file.name,
            link: file.ownServer ? view.#ownServer() : view.#serverOfFile(file),
          }))
      view.#links = await Promise.all(
        pipelines.map(async ({ name, link }) => ({ pipeline: name, nc: await link })),
      )
      await view.refresh()
      return view
    } catch (error) {
      await view[Symbol.asyncDispose]()
      throw error
    }
  }

  /** Log of the command that looks. */
  get log(): Logger {
    return this.#scope.log
  }

  /** Looks again. */
  async refresh(): Promise<void> {
    const files = await this.#files()
    const alive = files.filter((file) => !isOverHere(file))
    const known = [...this.runs.map((run) => ({ ...run, id: idOf(run) })), ...alive.map(ofAliveFile)]
    const answers = await Promise.all(
      this.#links.map(async (link) => {
        const ids = known.filter(({ pipeline }) => pipeline === link.pipeline).map(({ id }) => id)
        return { link, statuses: await statusesOf(link, ids) }
      }),
    )
    const answered = answers.flatMap(({ link, statuses }) =>
      statuses.map((status) => ({ pipeline: link.pipeline, status })),
    )
    const isAnswered = ({ id }: RunFile): boolean => answered.some(({ status }) => status.id === id)
    const silent = alive.filter((file) => !isAnswered(file))
    this.over = files.filter((file) => !isAnswered(file) && isOverHere(file))
    this.runs = [
      ...answered.map(({ pipeline, status }) => ({
        pipeline,
        status,
        file: files.find(({ id }) => id === status.id),
      })),
      ...silent.map((file) => ({ pipeline: file.name, status: undefined, file })),
    ]
  }

  /** The connection to the server of a pipeline; undefined when that is not there. */
  connectionOf(pipeline: string): NatsConnection | undefined {
    return this.#links.find((link) => link.pipeline === pipeline)?.nc
  }

  /** The same run as it is now; undefined when it is over, or nobody can tell. */
  async again(run: FoundRun): Promise<FoundRun | undefined> {
    await this.refresh()
    return this.runs.find((each) => idOf(each) === idOf(run))
  }

  /** The lines of a run after the one with that number, as many as one answer has. */
  async lines({ pipeline, status }: FoundRun, known: number): Promise<LogLine[]> {
    const nc = this.connectionOf(pipeline)
    if (!nc || !status) return []
    const answers = await askStatus(nc, pipeline, { what: 'run', lines: { [status.id]: known } })
    return answers.flatMap((each) => (each.what === 'run' && each.id === status.id ? each.lines : []))
  }

  /** @throws DaffiError those of `sendOrder` */
  order({ pipeline, status }: FoundRun, order: RunOrder): Promise<string[]> {
    const nc = this.connectionOf(pipeline)
    return nc && status ? sendOrder(nc, pipeline, status.id, order) : Promise.resolve([])
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const connections = await Promise.allSettled(this.#connections.values())
    for (const each of connections) if (each.status === 'fulfilled') await each.value?.close()
  }

  async #files(): Promise<RunFile[]> {
    const { project, plan } = this.#scope
    const files = await readRunFiles(project)
    return plan ? files.filter(({ name }) => name === plan.name) : files
  }

  #connect(plan: Plan): Promise<NatsConnection | undefined> {
    const choice = chooseServer(this.#scope.server, plan.server)
    if (choice.url === undefined) return this.#ownServer()
    return this.#kept(`${choice.url} ${plan.name}`, async () => {
      const { project, signal, log } = this.#scope
      const options = { absent: 'wait', timeoutMs: SERVER_MS, project, server: choice, signal, log } as const
      const server = await openServer({ ...options, pipeline: plan.name })
      return connectNats(server.address, { name: 'daffi', signal })
    })
  }

  async #serverOfFile({ file, inputs }: RunFile): Promise<NatsConnection | undefined> {
    const plan = await this.#scope.load(file, inputs).catch(() => undefined)
    // Of a file that cannot be read any more, only the process is known.
    return plan && this.#connect(plan).catch(() => undefined)
  }

  #ownServer(): Promise<NatsConnection | undefined> {
    return this.#kept('', () => {
      const { project } = this.#scope
      const state = readState(project)
      if (!state) return Promise.resolve(undefined)
      const signal = AbortSignal.any([this.#scope.signal, AbortSignal.timeout(CONNECT_MS)])
      return connectNats({ url: state.url, project }, { name: 'daffi', signal }).catch(() => undefined)
    })
  }

  #kept(
    key: string,
    connect: () => Promise<NatsConnection | undefined>,
  ): Promise<NatsConnection | undefined> {
    const connection = this.#connections.get(key) ?? connect()
    this.#connections.set(key, connection)
    return connection
  }
}

export function idOf({ status, file }: FoundRun): string {
  return status?.id ?? file?.id ?? ''
}

const ofAliveFile = ({ name: pipeline, id }: RunFile): { pipeline: string; id: string } => ({ pipeline, id })

/** @param known ids of runs that are waited for a little longer: a busy machine, or a far one, answers late */
async function statusesOf({ nc, pipeline }: Link, known: readonly string[]): Promise<RunStatus[]> {
  if (!nc) return []
  const isComplete = (answers: readonly Status[]): boolean =>
    known.every((id) => answers.some((each) => each.what === 'run' && each.id === id))
  const answers = await askStatus(nc, pipeline, { what: 'run', lines: null }, { isComplete })
  return answers.filter((each) => each.what === 'run')
}
