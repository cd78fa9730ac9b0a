import { stderr } from '../show/output.js'

/** Prints the viewer's URL to standard error, since it is for a person and holds the page's token. */
export function printPageUrl(url: string): void {
  stderr.line(`watch it at ${url}`)
}
