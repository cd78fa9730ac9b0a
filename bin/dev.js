#!/usr/bin/env node
// Compiles what has changed since the last time, then runs the command. Nodes are processes and threads that start from
// files of the build, so running the sources as they are would need a loader in each.
import { spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'

const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc')
const options = ['-p', 'tsconfig.build.json', '--incremental', '--tsBuildInfoFile', 'dist/.tsbuildinfo']
const cwd = fileURLToPath(new URL('..', import.meta.url))

const { status } = spawnSync(process.execPath, [tsc, ...options], {
  cwd,
  stdio: ['ignore', process.stderr.fd, 'inherit'],
})
if (status === 0) await import('./run.js')
else process.exitCode = status ?? 1
