import { existsSync } from 'node:fs'
import type { Diagnostics } from '../../diagnose/diagnostics.js'
import type { Path } from '../../diagnose/key-path.js'
import { readEnvFile } from '../../read/env/env-file.js'
import { faultOfEnvFile } from '../../read/env/environment.js'
import { resolveFrom } from '../../read/file-paths.js'
import type { Environment } from '../../read/interpolate.js'
import type { PartialNode } from '../../validate/partial-pipeline.js'
import { checkFile } from './sources.js'

/** Variables that nodes get from files, and these files. */
export interface NodeEnvironments {
  /** By name of the node; absent for one without files. */
  values: ReadonlyMap<string, Readonly<Record<string, string>>>
  files: string[]
}

/** Reads what `env_file` of nodes names; of the variables of several files the last one's hold. */
export async function readNodeEnvironments(
  nodes: readonly PartialNode[],
  folder: string,
  env: Environment,
  diagnostics: Diagnostics,
): Promise<NodeEnvironments> {
  const values = new Map<string, Record<string, string>>()
  const files = new Set<string>()
  for (const { name, path, value } of nodes) {
    const { env_file: named } = value
    if (named === undefined) continue
    const own: Record<string, string> = {}
    const entries = Array.isArray(named) ? named : [named]
    for (const [index, entry] of entries.entries()) {
      const at = [...path, 'env_file', ...(Array.isArray(named) ? [index] : [])]
      const isText = typeof entry === 'string'
      const { path: file, required = true } = isText ? { path: entry } : entry
      files.add(resolveFrom(folder, file))
      if (!required && !existsSync(resolveFrom(folder, file))) continue
      Object.assign(own, await readOne(file, isText ? at : [...at, 'path'], folder, env, own, diagnostics))
    }
    values.set(name, own)
  }
  return { values, files: [...files] }
}

async function readOne(
  name: string,
  path: Path,
  folder: string,
  env: Environment,
  earlier: Environment,
  diagnostics: Diagnostics,
): Promise<Record<string, string>> {
  if (!(await checkFile(folder, name, path, diagnostics))) return {}
  const file = resolveFrom(folder, name)
  const foreign = faultOfEnvFile(file)
  if (foreign) {
    const message = `${name} ${foreign.reason}`
    diagnostics.add({ code: 'DAFFI_NOT_OURS', message, path, suggestion: null })
    return {}
  }
  const read = await readEnvFile(file, env, earlier)
  if ('fault' in read) {
    diagnostics.add({ code: 'DAFFI_ENV_UNREADABLE', message: `${name} cannot be read: ${read.fault}`, path })
    return {}
  }
  for (const each of read.diagnostics) diagnostics.include(each)
  return read.values
}
