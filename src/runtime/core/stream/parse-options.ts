import { parseBytes, type Bytes } from '../bytes.js'
import { parseDuration, type Duration } from '../duration.js'
import { DaffiError } from '../errors.js'
import { parseRate, type Rate } from './rate.js'

/** Characters of the longest path. */
const MAX_PATH = 256

/** Rule of a path, for messages. */
export const PATH_RULE = 'must be names with dots between, such as sensor.id'

interface Described {
  /** Meaning, in the docs and in editors. */
  text: string
  /** Default in the docs, where it depends on other things, or there is none. */
  defaultText?: string
}

/** Description of one option, from which its check, its schema and its row in the docs are made. Undefined without a default. */
export type OptionSpec = Described &
  (
    | { type: 'choice'; values: readonly string[] }
    | { type: 'name' }
    | { type: 'boolean'; default?: boolean }
    | { type: 'count' | 'number'; min: number; default?: number }
    | { type: 'duration' | 'bytes'; min?: string; max?: string; default?: string }
    | { type: 'path' }
    | { type: 'rate' }
    | {
        type: 'group'
        orFalse?: true
        orBoolean?: true
        default?: boolean
        optional?: true
        options: OptionSpecs
      }
  )

export interface OptionSpecs {
  [name: string]: OptionSpec
}

/** Checked value of an option. */
type Value<S> = S extends { type: 'choice'; values: readonly (infer V)[] }
  ? V | undefined
  : S extends { type: 'name' }
    ? string | undefined
    : S extends { type: 'rate' }
      ? RateLimit | undefined
      : S extends { type: 'path' }
        ? KeyPath
        : S extends { type: 'boolean' }
          ? boolean | Missing<S>
          : S extends { type: 'group'; options: infer O; orBoolean: true }
            ? Settings<O> | boolean | Missing<S>
            : S extends { type: 'group'; options: infer O; orFalse: true }
              ? Settings<O> | false
              : S extends { type: 'group'; options: infer O; optional: true }
                ? Settings<O> | undefined
                : S extends { type: 'group'; options: infer O }
                  ? Settings<O>
                  : number | Missing<S>

/** Path of a value in an item, such as `sensor.id`; in a program also a function that gets the item. */
export type KeyPath = string | ((item: unknown) => unknown)

/** Limit of how often something may begin, in all or for each key. */
export interface RateLimit extends Rate {
  by: KeyPath | undefined
}

type Missing<S> = S extends { default: unknown } ? never : undefined

/** Checked options: a duration `delay` becomes `delayMs`, in milliseconds; a size is a number of bytes. */
export type Settings<Specs> = {
  [K in keyof Specs as Specs[K] extends { type: 'duration' } ? `${K & string}Ms` : K]: Value<Specs[K]>
}

/** Options as a program may give them. */
export type GivenOptions = Readonly<Record<string, unknown>>

/**
 * Checks options that a program gives, and fills in the defaults, also for null. Options without a description are left out.
 * @param path of the options in messages, as in `retry.`
 * @throws DaffiError DAFFI_USAGE, DAFFI_BAD_DURATION, DAFFI_BAD_SIZE
 */
export function parseOptions<const Specs extends OptionSpecs>(
  specs: Specs,
  given: GivenOptions,
  path = '',
): Settings<Specs> {
  const entries = Object.entries(specs).map(([name, spec]) => [
    settingName(name, spec),
    parseOption(spec, givenOf(spec, given[name]), `${path}${name}`),
  ])
  return Object.fromEntries(entries) as Settings<Specs>
}

/** A given value; null is as good as none, but where it can be chosen. */
const givenOf = (spec: OptionSpec, given: unknown): unknown =>
  given === null && choosesNull(spec) ? 'null' : (given ?? undefined)

/** Whether null is one of the values of a choice, where it may be written without quotes. */
export const choosesNull = (spec: OptionSpec): boolean =>
  spec.type === 'choice' && spec.values.includes('null')

/** Name of an option among the checked ones. */
export const settingName = (name: string, spec: OptionSpec): string =>
  spec.type === 'duration' ? `${name}Ms` : name

/** Condition that a value has to meet besides its type, for messages; undefined when there is none. */
export function requirementOf(spec: OptionSpec): string | undefined {
  switch (spec.type) {
    case 'path':
      return PATH_RULE
    case 'count':
      return `must be a whole number, at least ${spec.min}`
    case 'number':
      return `must be a number, at least ${spec.min}`
    case 'duration':
    case 'bytes':
      if (spec.min !== undefined && spec.max !== undefined) return `must be from ${spec.min} to ${spec.max}`
      if (spec.min !== undefined) return `must be at least ${spec.min}`
      return spec.max === undefined ? undefined : `must be at most ${spec.max}`
    default:
      return undefined
  }
}

/** Whether a number of bytes or milliseconds lies within the option's limits. */
export function isInRange(spec: OptionSpec & { type: 'duration' | 'bytes' }, value: number): boolean {
  const number = (text: string): number => parseQuantity(spec.type, text, 'limit')
  return (
    (spec.min === undefined || value >= number(spec.min)) &&
    (spec.max === undefined || value <= number(spec.max))
  )
}

/** Whether the value is a path: names with dots between. */
export function isPath(value: unknown): value is string {
  return (
    typeof value === 'string' && value.length <= MAX_PATH && value.split('.').every((name) => name !== '')
  )
}

function parseRateLimit(given: unknown, path: string): RateLimit {
  if (typeof given !== 'object' || given === null) return { ...parseRate(given, path), by: undefined }
  const { limit, by } = given as { limit?: unknown; by?: unknown }
  if (by !== undefined && typeof by !== 'function' && !isPath(by)) throw usage(`${path}.by`, PATH_RULE, by)
  return { ...parseRate(limit, `${path}.limit`), by: by as KeyPath | undefined }
}

function parseQuantity(type: 'duration' | 'bytes', value: unknown, path: string): number {
  return type === 'duration' ? parseDuration(value as Duration, path) : parseBytes(value as Bytes, path)
}

function parseOption(spec: OptionSpec, given: unknown, path: string): unknown {
  if (given === undefined) return defaultOf(spec, path)
  switch (spec.type) {
    case 'choice':
      if (!spec.values.includes(given as string))
        throw usage(path, `must be one of ${spec.values.join(', ')}`, given)
      return given
    case 'name':
      return given
    case 'boolean':
      if (typeof given !== 'boolean') throw usage(path, 'must be true or false', given)
      return given
    case 'path':
      if (typeof given !== 'function' && !isPath(given)) throw usage(path, requirementOf(spec) ?? '', given)
      return given
    case 'count':
    case 'number': {
      const isNumber = spec.type === 'count' ? Number.isInteger(given) : typeof given === 'number'
      if (!isNumber || !((given as number) >= spec.min)) throw usage(path, requirementOf(spec) ?? '', given)
      return given
    }
    case 'duration':
    case 'bytes': {
      const value = parseQuantity(spec.type, given, path)
      if (!isInRange(spec, value)) throw usage(path, requirementOf(spec) ?? '', given)
      return value
    }
    case 'rate':
      return parseRateLimit(given, path)
    case 'group':
      if ((given === false && spec.orFalse) || (typeof given === 'boolean' && spec.orBoolean)) return given
      if (typeof given !== 'object' || given === null)
        throw usage(path, `must be ${spec.orBoolean ? 'true, false or ' : ''}an object of options`, given)
      return parseOptions(spec.options, given as GivenOptions, `${path}.`)
  }
}

function defaultOf(spec: OptionSpec, path: string): unknown {
  switch (spec.type) {
    case 'choice':
    case 'name':
    case 'rate':
      return undefined
    case 'path':
      throw usage(path, requirementOf(spec) ?? '', undefined)
    case 'duration':
    case 'bytes':
      return spec.default === undefined ? undefined : parseQuantity(spec.type, spec.default, path)
    case 'group':
      if (spec.orBoolean) return spec.default
      return spec.optional ? undefined : parseOptions(spec.options, {}, `${path}.`)
    default:
      return spec.default
  }
}

function usage(path: string, rule: string, given: unknown): DaffiError {
  return new DaffiError(
    'DAFFI_USAGE',
    `${path} ${rule}, not ${typeof given === 'string' ? JSON.stringify(given) : String(given)}`,
  )
}
