import { DaffiError } from '../../../runtime/core/errors.js'
import { nearest } from '../../../runtime/core/text/nearest.js'

/** A command, as far as its usage is told. */
export interface UsedCommand {
  /** Its words, such as `daffi dead show`. */
  name: string
  /** Names of its flags, without dashes. */
  flags: readonly string[]
}

/** Text of oclif about a flag that needs others. */
const NEEDED = /^All of the following must be provided when using --(\S+): (.*)$/

/** Texts of oclif about flags, and daffi's for them. */
const TEXTS: readonly [RegExp, (...parts: string[]) => string][] = [
  [/^Expected --(\S+?)=(.*) to be one of: (.*)$/s, (flag, got, known) => notOneOf(`--${flag}`, got, known)],
  [/^Expected (.*) to be one of: (.*)$/s, (got, known) => notOneOf('the argument', got, known)],
  [/^Flag --(\S+) expects one of these values: (.*)$/s, (flag, known) => `--${flag} needs one of ${known}`],
  [/^Flag --(\S+) expects a value$/, (flag) => `--${flag} needs a value`],
  [/^Flag --(\S+) can only be specified once$/, (flag) => `--${flag} is given more than once`],
  [/^Missing required flag (\S+)$/, (flag) => `--${flag} is missing`],
  [
    /^--(\S+?)(?:=.*)? cannot also be provided when using --(\S+)$/s,
    (a, b) => `--${a} cannot be used with --${b}`,
  ],
  [NEEDED, (flag, needed = '') => `--${flag} needs ${needed.split(', ').join(' and ')}`],
  [
    /^Parsing --(\S+)\s+Expected an integer but received: (.*)$/s,
    (flag, got) => `--${flag} is a whole number, and not ${quoted(got)}`,
  ],
  [
    /^Parsing --(\S+)\s+Expected an integer greater than or equal to (\d+) but received: (.*)$/s,
    (flag, least, got) => `--${flag} is at least ${least}, and not ${got}`,
  ],
  [
    /^Parsing --(\S+)\s+Expected an integer less than or equal to (\d+) but received: (.*)$/s,
    (flag, most, got) => `--${flag} is at most ${most}, and not ${got}`,
  ],
  [/^Parsing --\S+\s+(.*)$/s, (text) => text],
]

/**
 * Turns oclif's errors about flags and arguments into daffi's, and leaves others as they are.
 * @param command the one that was used; undefined where none was found
 */
export function usageError(error: unknown, command?: UsedCommand): unknown {
  if (!(error instanceof Error)) return error
  const message = error.message.replace(/\nSee more help with --help$/, '')
  if (error instanceof DaffiError) {
    error.message = translated(message)
    return error
  }
  if (!('oclif' in error)) return error
  const { text, guess } = faultOf(error, message, command)
  const help = command && `${command.name} --help lists its arguments and flags.`
  const next = [
    ...(guess === undefined ? [] : [`Did you mean ${guess}?`]),
    ...(help === undefined ? [] : [help]),
  ]
  return new DaffiError('DAFFI_USAGE', text, {
    cause: error,
    ...(next.length > 0 && { next: next.join(' ') }),
  })
}

/** Tells what is wrong, and what was probably meant. */
function faultOf(
  error: Error,
  message: string,
  command: UsedCommand | undefined,
): { text: string; guess?: string } {
  const { name, flags: known } = command ?? { name: 'the command', flags: [] }
  const { flags, args } = error as { flags?: unknown; args?: unknown }
  if (isTexts(flags)) {
    const [flag = '', ...others] = flags
    const guess = others.length === 0 ? flagMeant(flag.replace(/^-+/, ''), known) : undefined
    const text = `${name} has no flag ${flags.join(', ')}`
    return guess === undefined ? { text } : { text, guess: `--${guess}` }
  }
  if (isTexts(args)) return { text: `${name} takes no ${args.map(quoted).join(', ')}` }
  if (Array.isArray(args) && message.startsWith('Missing ')) {
    const missing = (args as { name: string; description?: string }[]).map(
      (each) => `${each.name.toUpperCase()}${each.description === undefined ? '' : `: ${each.description}`}`,
    )
    return { text: `${name} needs ${missing.join('\n')}` }
  }
  const reasons = message.replace(/^The following errors? occurred:\s+/, '').split(/\n\s*(?=--|Missing|All)/)
  const given = givenFlags(error)
  return { text: [...new Set(reasons)].map((reason) => translated(withoutGiven(reason, given))).join('; ') }
}

/** The flags of a command line that was refused, with their dashes. */
function givenFlags(error: Error): string[] {
  const { parse } = error as { parse?: { output?: { flags: Record<string, unknown> } } }
  return Object.keys(parse?.output?.flags ?? {}).map((name) => `--${name}`)
}

/** The text about a flag that needs others, of which oclif also names those that were given. */
function withoutGiven(reason: string, given: readonly string[]): string {
  return reason.replace(NEEDED, (text, _flag, needed: string) => {
    const missing = needed.split(', ').filter((each) => !given.includes(each))
    return text.replace(needed, missing.join(', '))
  })
}

/** The flag of which the word is the beginning, where only one can be meant, or that it resembles. */
function flagMeant(word: string, known: readonly string[]): string | undefined {
  const [longer, ...more] = word.length < 2 ? [] : known.filter((each) => each.startsWith(word))
  return more.length === 0 && longer !== undefined ? longer : nearest(word, known)
}

const isTexts = (value: unknown): value is string[] =>
  Array.isArray(value) && value.length > 0 && value.every((each) => typeof each === 'string')

function translated(text: string): string {
  for (const [form, write] of TEXTS) {
    const found = form.exec(text)
    if (found) return write(...found.slice(1))
  }
  return text
}

function notOneOf(what: string, got = '', known = ''): string {
  const guess = nearest(got, known.split(', '))
  return `${what} is one of ${known}, and not ${quoted(got)}${guess === undefined ? '' : `; did you mean ${guess}?`}`
}

const quoted = (text = ''): string => JSON.stringify(text)
