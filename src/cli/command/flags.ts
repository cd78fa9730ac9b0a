import { Flags } from '@oclif/core'
import { parseDuration } from '../../runtime/core/duration.js'
import { LOG_LEVELS } from '../../runtime/core/logger.js'

/** A duration in the forms that docs/cli.md lists, as milliseconds. */
export const durationFlag = Flags.custom<number>({
  parse: (text, _context, { name }) => Promise.resolve(parseDuration(text, `--${name}`)),
  helpValue: 'DURATION',
})

/** The pipeline file, for commands whose argument is something else. */
export const fileFlag = Flags.custom({
  char: 'f',
  helpValue: 'FILE',
  summary: 'Pipeline file; without it the running pipeline, pipeline.yaml, or the only file in pipelines/.',
})

export const portRange = { min: 1, max: 65_535, helpValue: 'PORT' }

/** Names with commas between them. */
export const namesFlag = Flags.custom<string[]>({
  parse: (text) =>
    Promise.resolve(
      text
        .split(',')
        .map((name) => name.trim())
        .filter(Boolean),
    ),
  helpValue: 'NAME,…',
})

/** What every command takes. */
export const baseFlags = {
  server: Flags.string({
    summary: "URL of a NATS server to join, in place of the project's own.",
    env: 'NATS_URL',
    helpValue: 'URL',
    helpGroup: 'GLOBAL',
  }),
  creds: Flags.string({
    summary: 'NATS credentials file for that server.',
    helpValue: 'FILE',
    helpGroup: 'GLOBAL',
  }),
  token: Flags.string({
    summary: 'Token for that server; other users of this machine can see it here, so prefer the variable.',
    env: 'NATS_TOKEN',
    helpValue: 'TOKEN',
    helpGroup: 'GLOBAL',
  }),
  'log-level': Flags.option({ options: LOG_LEVELS })({
    summary: 'Least level of log lines that are shown.',
    default: 'info',
    helpGroup: 'GLOBAL',
  }),
  'no-color': Flags.boolean({ summary: 'Print without colours, as NO_COLOR does.', helpGroup: 'GLOBAL' }),
}
