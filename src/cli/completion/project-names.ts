import { readdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { plainLine } from '../../runtime/core/text/plain-text.js'
import type { NodePlan, Plan } from '../../runtime/index.js'
import type { Names } from './suggest.js'

/** Finds names in the project of the working folder. A pipeline that cannot be read has none. */
export function projectNames(load: (file: string | undefined) => Promise<Plan>): Names {
  const plan = (file: string | undefined): Promise<Plan | undefined> => load(file).catch(() => undefined)
  const nodesOf = async (file: string | undefined): Promise<NodePlan[]> =>
    Object.values((await plan(file))?.nodes ?? {})
  return {
    files: async (typed) => [...(await pathsIn(typed)), ...(typed === '' ? await pipelineFiles() : [])],
    nodes: async (file) => (await nodesOf(file)).map(({ name }) => name),
    nodesTogether: async (file) =>
      unique((await nodesOf(file)).flatMap(({ name, replicaOf = name }) => [replicaOf, name])),
    sources: async (file) => Object.keys((await plan(file))?.sources ?? {}),
    profiles: async (file) => unique((await nodesOf(file)).flatMap(({ profiles = [] }) => profiles)),
    numbered: async (file) =>
      unique((await nodesOf(file)).map(({ name, replicaOf = name }) => `${replicaOf}=`)),
    streams: async (file) => streamsOf(await plan(file)),
  }
}

function unique(names: readonly string[]): string[] {
  return [...new Set(names)]
}

/** The names that the streams have when each call of the pipeline file streams. */
async function streamsOf(plan: Plan | undefined): Promise<string[]> {
  const { plannedStreams, streamNames } = await import('../../runtime/index.js')
  return plan ? streamNames(plannedStreams(plan)) : []
}

async function pathsIn(typed: string): Promise<string[]> {
  const folder = typed.endsWith('/') ? typed : dirname(typed)
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
  const hidden = /(?:^|\/)\.[^/.]*$/.test(typed)
  return entries
    .filter(({ name }) => isOffered(name))
    .filter(({ name }) => (hidden || !name.startsWith('.')) && name !== 'node_modules')
    .filter((entry) => entry.isDirectory() || isYaml(entry.name))
    .map(
      (entry) =>
        (typed.includes('/') ? join(folder, entry.name) : asPath(entry.name)) +
        (entry.isDirectory() ? '/' : ''),
    )
}

async function pipelineFiles(): Promise<string[]> {
  const names = await readdir('pipelines').catch(() => [])
  return names.filter((name) => isYaml(name) && isOffered(name)).map((name) => `pipelines/${name}`)
}

/** Names with control characters would be other names on the way to the shell, and act on the terminal. */
function isOffered(name: string): boolean {
  return plainLine(name) === name && !name.includes('\t')
}

/** The name of a file in the working folder, so that none is taken for a flag. */
function asPath(name: string): string {
  return name.startsWith('-') ? `./${name}` : name
}

function isYaml(name: string): boolean {
  return /\.ya?ml$/.test(name)
}
