import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'

/** Writes a shell script that can be run, and gives its path. */
export async function writeProgram(path: string, script: string): Promise<string> {
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, `#!/bin/sh\n${script}\n`)
  await chmod(path, 0o755)
  return path
}

/** A program that answers `--version` as nats-server does. */
export function writeNatsServer(path: string, version: string): Promise<string> {
  return writeProgram(path, `echo "nats-server: v${version}"`)
}
