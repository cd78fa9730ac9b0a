import { resolve } from 'node:path'
import { SECRET_NAME, withoutUrlSecrets } from '../../core/text/secrets.js'
import type { NodeEnvironments } from '../checks/files/env-files.js'
import { formatPath, type Path } from '../diagnose/key-path.js'
import type { PipelineDocument } from '../read/document.js'
import { listOf, recordOf } from '../validate/parse-leniently.js'
import type { PartialNode } from '../validate/partial-pipeline.js'

const HIDDEN = '***'

/** Paths of values that name files and folders. */
const FILES =
  /^(?:callbacks(?:\[\d+\])?|server\.(?:credentials|tls\.\w+)|(?:tests\[\d+\]\.)?sources\.[^.]+\.(?:path|module|tls\.ca))$/
/** A variable in a text, as its author has written it. */
const VARIABLE = /\$\{(\w+)/g

/** Input of `buildConfig`, without any diagnostics. */
export interface ConfigInput {
  document: PipelineDocument
  /** Folder to which the paths in the file are relative. */
  folder: string
  /** Folders where callbacks are looked up. */
  callbackFolders: readonly string[]
  /** Nodes that do not take part. */
  inactive: readonly PartialNode[]
  nodeEnvs: NodeEnvironments
}

/**
 * A pipeline as it is understood, in the form of a pipeline file that can be read again, from any folder: files merged, values of
 * the environment and files of nodes filled in, without nodes that do not take part, with absolute paths, and stars in place of
 * secrets.
 */
export function buildConfig(input: ConfigInput): Record<string, unknown> {
  const { document, callbackFolders, inactive } = input
  const { name, server, callbacks = callbackFolders, defaults, ...rest } = recordOf(document.data())
  const left = new Set(inactive.map((node) => node.name))
  const nodes = Object.entries(recordOf(rest.nodes))
    .filter(([each]) => !left.has(each))
    .map(([each, node]) => [each, nodeOf(each, recordOf(node), input)])
  const given = { name, server, callbacks, defaults, ...rest, nodes: Object.fromEntries(nodes) as unknown }
  const isGiven = ([key, value]: [string, unknown]): boolean =>
    value !== undefined && !(key === 'callbacks' && callbackFolders.length === 0)
  return shown(Object.fromEntries(Object.entries(given).filter(isGiven)), [], input) as Record<
    string,
    unknown
  >
}

function nodeOf(name: string, node: Record<string, unknown>, { document, nodeEnvs }: ConfigInput): unknown {
  const { profiles: _, env_file: __, env, ...rest } = node
  const names = Object.keys(recordOf(env))
  const own = names.map((each): [string, string] => [each, document.textAt(['nodes', name, 'env', each])])
  const all: Record<string, string> = { ...nodeEnvs.values.get(name), ...Object.fromEntries(own) }
  return Object.keys(all).length === 0 ? rest : { ...rest, env: all }
}

function shown(value: unknown, path: Path, input: ConfigInput): unknown {
  if (Array.isArray(value)) return listOf(value).map((item, index) => shown(item, [...path, index], input))
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(recordOf(value))
    return Object.fromEntries(entries.map(([key, item]) => [key, shown(item, [...path, key], input)]))
  }
  const isFile = FILES.test(formatPath(path))
  if (isSecret(path) && !isFile && value !== '' && value !== null) return HIDDEN
  const secrets = secretsIn(path, input)
  if (typeof value !== 'string') return secrets.length > 0 ? HIDDEN : value
  const text = isFile && value !== '' ? resolve(input.folder, value) : value
  const plain = secrets.reduce((left, secret) => left.replaceAll(secret, HIDDEN), text)
  // A placeholder in it would be replaced when it is read again.
  return withoutUrlSecrets(plain).replaceAll('${', () => '$${')
}

function isSecret(path: Path): boolean {
  return SECRET_NAME.test(String(path.findLast((step) => typeof step === 'string')))
}

/** Values of the variables in a text whose names say that they are secrets. */
function secretsIn(path: Path, { document }: ConfigInput): string[] {
  const names = [...(document.writtenAt(path) ?? '').matchAll(VARIABLE)].map(([, name = '']) => name)
  return names.filter((name) => SECRET_NAME.test(name)).flatMap((name) => document.hidden.valueOf(name) ?? [])
}
