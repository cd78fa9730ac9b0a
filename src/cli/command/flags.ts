import * as Flags from '@oclif/core/flags'
import type { Interfaces } from '@oclif/core'
import { parseDuration } from '../../runtime/core/duration.js'
import { DaffiError } from '../../runtime/core/errors.js'
import { LOG_LEVELS } from '../../runtime/core/logger.js'

const durationOrNone = Flags.custom<number>({
  parse: (text, _context, { name }) => Promise.resolve(parseDuration(text, `--${name}`)),
  helpValue: 'DURATION',
})

/**
 * A duration in the forms that docs/cli.md lists, as milliseconds. Its default is a text with a unit, which help shows
 * as it is: a bare number would read as seconds there.
 */
export function durationFlag(options: { summary: string; default: string }): Interfaces.OptionFlag<number>
export function durationFlag(options: {
  summary: string
  dependsOn?: string[]
}): Interfaces.OptionFlag<number | undefined>
export function durationFlag({
  default: text,
  ...options
}: {
  summary: string
  default?: string
  dependsOn?: string[]
}) {
  if (text === undefined) return durationOrNone(options)
  return durationOrNone({
    ...options,
    default: parseDuration(text),
    defaultHelp: () => Promise.resolve(text),
  })
}

/** A port, of the loopback or of a host that is named before it; that of IPv6 stands in brackets. */
const ADDRESS = /^(?:(?<host>[\w.-]+|\[[\da-f:.]+\]):)?(?<port>\d{1,5})$/i

/** An address at which something is served, by default of the loopback only. */
export const addressFlag = Flags.custom<{ host: string; port: number }>({
  parse: (text, _context, { name }) => {
    const { host = '127.0.0.1', port } = ADDRESS.exec(text)?.groups ?? {}
    const number = Number(port)
    if (number >= portRange.min && number <= portRange.max)
      return Promise.resolve({ host: host.replaceAll(/[[\]]/g, ''), port: number })
    throw new DaffiError('DAFFI_USAGE', `--${name} is not an address: ${JSON.stringify(text)}`, {
      next: 'Give a port from 1 to 65535, with a host before it where others are to reach it: 9464, 0.0.0.0:9464, [::]:9464.',
    })
  },
  helpValue: '[HOST:]PORT',
})

export const portRange = { min: 1, max: 65_535, helpValue: 'PORT' }

/** Names, separated by commas. */
export const namesFlag = Flags.custom<string[]>({
  parse: (text) => {
    const names = text.split(',').map((name) => name.trim())
    if (names.some(Boolean)) return Promise.resolve(names.filter(Boolean))
    throw new DaffiError('DAFFI_USAGE', `${JSON.stringify(text)} names nothing`, {
      next: 'Give one name, or several with commas between them.',
    })
  },
  helpValue: 'NAME,…',
})

/** Options of flags about credentials, which go to the server of --server or NATS_URL only. */
const forServer = { helpGroup: 'GLOBAL', dependsOn: ['server'] }

/**
 * Flags of every command. The variables in place of those for a server are read by `serverFlags`: they may be set where no
 * server is named, and those of oclif would then need one.
 */
export const baseFlags = {
  json: Flags.boolean({
    summary: 'Print the result as JSON on standard output, and nothing else there.',
    helpGroup: 'GLOBAL',
  }),
  server: Flags.string({
    summary: "Join the NATS server at this URL instead of the project's own.",
    env: 'NATS_URL',
    helpValue: 'URL',
    helpGroup: 'GLOBAL',
  }),
  creds: Flags.string({
    summary: 'NATS credentials file for that server.',
    helpValue: 'FILE',
    ...forServer,
  }),
  token: Flags.string({
    summary: 'Token for that server. Prefer NATS_TOKEN: other users of this machine can read command lines.',
    helpValue: 'TOKEN',
    ...forServer,
  }),
  'tls-ca': Flags.string({
    summary: "PEM file of the certificate authorities that sign that server's certificate; or NATS_CA.",
    helpValue: 'FILE',
    ...forServer,
  }),
  'tls-cert': Flags.string({
    summary: "PEM file of this client's certificate, for a server that asks for one; or NATS_CERT.",
    helpValue: 'FILE',
    ...forServer,
  }),
  'tls-key': Flags.string({
    summary: 'PEM file of the private key of --tls-cert; or NATS_KEY.',
    helpValue: 'FILE',
    ...forServer,
  }),
  'log-level': Flags.option({ options: LOG_LEVELS })({
    summary: 'Show log lines of this level and above.',
    default: 'info',
    helpGroup: 'GLOBAL',
  }),
  'no-color': Flags.boolean({
    summary: 'Print without colours, as when NO_COLOR is set.',
    helpGroup: 'GLOBAL',
  }),
}

/**
 * Refuses values of flags that take none: of `--json=true` oclif would take the value for an argument.
 * @throws DaffiError DAFFI_USAGE
 */
export function refuseValues(
  argv: readonly string[],
  flags: Readonly<Record<string, { type: string; char?: string | undefined }>>,
): void {
  const end = argv.indexOf('--')
  for (const word of end < 0 ? argv : argv.slice(0, end)) {
    const [given = '', name, letter] = /^(?:--([\w-]+)|-(\w))(?==)/.exec(word) ?? []
    const flag =
      flags[name ?? ''] ?? Object.values(flags).find(({ char }) => letter !== undefined && char === letter)
    if (flag?.type !== 'boolean') continue
    throw new DaffiError('DAFFI_USAGE', `${given} takes no value`, {
      next: `Write ${given} in place of ${word}, or leave it out.`,
    })
  }
}

/** Flags of commands that print what a run's nodes print. */
export const logFlags = {
  'log-format': Flags.option({ options: ['text', 'json'] as const })({
    summary: 'Print lines for people, or each record of the log as a line of JSON.',
    default: 'text',
  }),
  timestamps: Flags.boolean({
    char: 't',
    summary: 'Print the time of each line; records in JSON have it always.',
  }),
}
