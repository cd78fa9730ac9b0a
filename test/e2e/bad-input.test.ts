import { expect, test } from 'vitest'
import { runDaffi } from '../support/daffi.js'
import { temporaryProject } from '../support/temporary.js'
import { camera } from './pipelines.js'

const yaml = camera['camera.yaml']
const withSource = (source: string) => ({
  ...camera,
  'camera.yaml': yaml.replace(/camera: \{.*\}/, `camera: ${source}`),
})

interface Case {
  what: string
  files?: Record<string, string>
  args?: string[]
  env?: Record<string, string>
  exitCode: number
  code: string
  message?: RegExp
  next?: RegExp
  /** Run once more as a person does: one for each place at which commands fail, since one function prints for all. */
  person?: true
}

const cases: Case[] = [
  {
    what: 'no such file',
    person: true,
    args: ['up', 'nothing.yaml'],
    exitCode: 2,
    code: 'DAFFI_PIPELINE_NOT_FOUND',
  },
  ...Object.entries({
    up: 'DAFFI_PIPELINE_NOT_FOUND',
    lint: 'DAFFI_PIPELINE_NOT_FOUND',
    test: 'DAFFI_NO_TESTS',
  }).map(([command, code]) => ({
    what: `${command} without any pipeline`,
    files: {},
    args: [command],
    exitCode: 2,
    code,
    next: /daffi init/,
  })),
  {
    what: 'malformed YAML',
    person: true,
    files: { 'camera.yaml': 'name: [camera' },
    exitCode: 78,
    code: 'DAFFI_PIPELINE_INVALID',
  },
  {
    what: 'an unknown key',
    files: { ...camera, 'camera.yaml': `${yaml}\nnods: {}` },
    exitCode: 78,
    code: 'DAFFI_PIPELINE_INVALID',
  },
  {
    what: 'a missing environment value',
    files: withSource('{ kind: camera, device: "${CAMERA_NOT_SET:?say which}" }'),
    exitCode: 78,
    code: 'DAFFI_PIPELINE_INVALID',
  },
  {
    what: 'a callback module with a syntax error',
    files: { ...camera, 'callbacks/show_stream.js': 'export default (frame => {' },
    exitCode: 78,
    code: 'DAFFI_PIPELINE_INVALID',
  },
  {
    what: 'a list of names without any',
    args: ['up', 'camera.yaml', '--only', ','],
    exitCode: 2,
    code: 'DAFFI_USAGE',
  },
  {
    what: 'an unknown flag',
    person: true,
    args: ['up', '--durations', '3s'],
    exitCode: 2,
    code: 'DAFFI_USAGE',
    message: /--durations/,
  },
  {
    what: 'a value of a flag that takes none',
    args: ['up', '--json=true'],
    exitCode: 2,
    code: 'DAFFI_USAGE',
    message: /--json takes no value/,
  },
  {
    what: 'a bad duration, whose forms are told once',
    args: ['up', '--duration', 'soon'],
    exitCode: 2,
    code: 'DAFFI_BAD_DURATION',
    message: /^--duration: "soon" is not a duration$/,
    next: /1m24s/,
  },
  {
    what: 'an argument that a command does not take',
    args: ['setup', 'pipeline.yaml'],
    exitCode: 2,
    code: 'DAFFI_USAGE',
    message: /daffi setup takes no "pipeline.yaml"/,
  },
  ...['logs -f', 'jobs show'].map((command) => ({
    what: `a pipeline file for a name: ${command}`,
    args: [...command.split(' '), 'camera.yaml'],
    exitCode: 2,
    code: 'DAFFI_USAGE',
    message: /camera\.yaml is a pipeline file, and stands where an? (?:name|id) belongs/,
  })),
  {
    what: 'two different pipeline files',
    args: ['node', '--name', 'process2', 'camera.yaml', '-f', 'other.yaml'],
    exitCode: 2,
    code: 'DAFFI_USAGE',
    message: /the argument camera\.yaml and -f other\.yaml name different files/,
  },
  {
    what: 'a beginning of a replay that is none',
    args: ['replay', 'numbers', '--from', 'soon', '-f', 'camera.yaml'],
    exitCode: 2,
    code: 'DAFFI_USAGE',
    message: /^--from: "soon" is neither an item nor a time$/,
    next: /number of an item/,
  },
  {
    what: 'files as arguments and others with -f',
    args: ['lint', 'camera.yaml', '-f', 'camera.yaml', '-f', 'other.yaml'],
    exitCode: 2,
    code: 'DAFFI_USAGE',
    message: /name different files/,
  },
  {
    what: 'no such file for the server of its project',
    args: ['server', 'nothing.yaml'],
    exitCode: 2,
    code: 'DAFFI_PIPELINE_NOT_FOUND',
  },
  {
    what: 'an unknown command with an argument',
    args: ['upp', 'pipeline.yaml'],
    exitCode: 2,
    code: 'DAFFI_USAGE',
    message: /no command "upp pipeline.yaml"/,
  },
  {
    what: 'an unknown command',
    person: true,
    args: ['upp'],
    exitCode: 2,
    code: 'DAFFI_USAGE',
    message: /no command "upp"/,
  },
  {
    what: 'help for an unknown command',
    args: ['help', 'jobs', 'lst'],
    exitCode: 2,
    code: 'DAFFI_USAGE',
    message: /daffi jobs has no command "lst"/,
  },
  ...['dead', 'jobs', 'schedule', 'state'].map((topic) => ({
    what: `${topic} without a command`,
    args: [topic],
    exitCode: 2,
    code: 'DAFFI_USAGE',
    message: new RegExp(`daffi ${topic} needs a command: .*list`),
  })),
  {
    what: 'an unknown node',
    args: ['node', '--name', 'process4', '-f', 'camera.yaml'],
    exitCode: 2,
    code: 'DAFFI_USAGE',
    message: /process1, process2, process3/,
  },
  {
    what: 'a camera that is not there',
    person: true,
    files: withSource('{ kind: camera, device: /dev/video99 }'),
    exitCode: 1,
    code: 'DAFFI_SOURCE_NOT_FOUND',
    message: /\/dev\/video99/,
  },
  {
    what: 'a video file that is none',
    files: { ...withSource('{ kind: file, path: ./film.mp4 }'), 'film.mp4': 'no film' },
    exitCode: 1,
    code: 'DAFFI_SOURCE_FAILED',
    message: /film\.mp4|Invalid data/,
  },
  {
    what: 'a server that is not there',
    person: true,
    args: ['up', 'camera.yaml', '--server', 'nats://127.0.0.1:1'],
    exitCode: 1,
    code: 'DAFFI_NO_SERVER',
  },
]

test.each(cases)(
  '$what',
  async ({
    files = camera,
    args = ['up', 'camera.yaml'],
    env = {},
    exitCode,
    code,
    message,
    next,
    person,
  }) => {
    const cwd = await temporaryProject(files)
    const json = await runDaffi([...args, '--json'], { cwd, env })
    expect(json.exitCode, json.stderr).toBe(exitCode)
    const { error } = JSON.parse(json.stdout) as { error: { code: string; message: string; next: string } }
    expect(error.code).toBe(code)
    if (message) expect(error.message).toMatch(message)
    expect(error.next).toMatch(next ?? /\S/)
    expect(error.message + error.next).not.toMatch(/^ +at .*:\d+/m)
    if (!person) return

    const human = await runDaffi(args, { cwd, env })
    expect(human.exitCode).toBe(exitCode)
    expect(human.stderr).toContain(`✖ ${error.message} (${code})\n  → ${error.next.split('\n')[0] ?? ''}`)
    expect(human.stderr + human.stdout).not.toMatch(/^ +at .*:\d+/m)
  },
)
