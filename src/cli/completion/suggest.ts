import type { Command } from '@oclif/core'

/** One text that may stand where a command line is being typed. */
export interface Suggestion {
  text: string
  about: string
}

/** Finds the names that only the project knows. */
export interface Names {
  /** Pipeline files, and folders on the way to them. */
  files: (typed: string) => Promise<string[]>
  /** Nodes of the given pipeline file, or of the default one. */
  nodes: (file: string | undefined) => Promise<string[]>
  /** The same, and the names that stand for all replicas of a node. */
  nodesTogether: (file: string | undefined) => Promise<string[]>
  sources: (file: string | undefined) => Promise<string[]>
  profiles: (file: string | undefined) => Promise<string[]>
  /** Beginnings of NODE=N, without the names of replicas. */
  numbered: (file: string | undefined) => Promise<string[]>
  /** Streams of the calls that the pipeline file has. */
  streams: (file: string | undefined) => Promise<string[]>
}

type Shape = Pick<Command.Loadable, 'id' | 'summary' | 'hidden' | 'flags' | 'args'>
type Flag = Shape['flags'][string]

/** Flags and arguments whose values are names of the project, with the command where the name alone is ambiguous. */
const VALUES: Record<string, keyof Names> = {
  file: 'files',
  node: 'nodesTogether',
  'stream node': 'nodes',
  only: 'nodesTogether',
  to: 'nodes',
  profile: 'profiles',
  'node name': 'nodes',
  'scale node=n': 'numbered',
  'stream source': 'sources',
  stream: 'streams',
}

/** Suggests texts for the last of the words after `daffi`, which may be empty. */
export async function suggest(
  words: readonly string[],
  commands: readonly Shape[],
  names: Names,
): Promise<Suggestion[]> {
  const typed = words.at(-1) ?? ''
  const before = words.slice(0, -1)
  const shown = commands.filter(({ hidden }) => !hidden)
  const command = shown.find(({ id }) => id.split(':').every((part, index) => before[index] === part))
  const found = command ? await within(command, before, typed, names) : commandsAfter(before, shown)
  return found.filter(({ text }) => text.startsWith(typed))
}

function commandsAfter(before: readonly string[], commands: readonly Shape[]): Suggestion[] {
  const next = new Map<string, string>()
  for (const { id, summary = '' } of commands) {
    const parts = id.split(':')
    const part = parts[before.length]
    if (part === undefined || before.some((word, index) => word !== parts[index])) continue
    next.set(part, parts.length === before.length + 1 ? summary : `${part} …`)
  }
  return [...next].map(([text, about]) => ({ text, about }))
}

async function within(
  command: Shape,
  before: readonly string[],
  typed: string,
  names: Names,
): Promise<Suggestion[]> {
  const { flag, given, file } = read(command, before)
  if (flag) return valuesOf(command, flag, typed, file, names)
  if (typed.startsWith('-')) {
    return Object.values(command.flags)
      .filter(({ hidden }) => !hidden)
      .map(({ name, summary = '' }) => ({ text: `--${name}`, about: summary }))
  }
  const args = Object.values(command.args)
  const last = args.at(-1)
  const arg = args[given] ?? (last?.multiple ? last : undefined)
  return arg ? valuesOf(command, arg, typed, file, names) : []
}

/** Reads the words so far: the flag that waits for its value, the number of arguments, and the pipeline file. */
function read({ id, flags, args }: Shape, words: readonly string[]) {
  let flag: Flag | undefined
  let file: string | undefined
  const given: string[] = []
  for (const word of words.slice(id.split(':').length)) {
    if (flag) {
      if (flag.name === 'file') file = word
      flag = undefined
    } else if (word.startsWith('-')) {
      const named = Object.values(flags).find(
        ({ name, char }) => word === `--${name}` || word === `-${char ?? ''}`,
      )
      flag = named?.type === 'option' ? named : undefined
    } else given.push(word)
  }
  return { flag, given: given.length, file: file ?? given[Object.keys(args).indexOf('file')] }
}

async function valuesOf(
  { id }: Shape,
  { name, options }: { name: string; options?: readonly string[] },
  typed: string,
  file: string | undefined,
  names: Names,
): Promise<Suggestion[]> {
  const kind = VALUES[`${id} ${name}`] ?? VALUES[name]
  // In a list of names, separated by commas, the last one is being typed.
  const listed = name === 'only' ? typed.slice(0, typed.lastIndexOf(',') + 1) : ''
  const known = async (): Promise<string[]> => {
    if (kind === undefined) return []
    return kind === 'files' ? names.files(typed) : names[kind](file)
  }
  const found = options ?? (await known())
  // The script for bash has files quoted as such.
  return found.map((text) => ({ text: listed + text, about: kind === 'files' ? 'file' : '' }))
}
