/** On standard error, since the address is for a person and holds the page's token. */
export function tellAddress(url: string): void {
  process.stderr.write(`watch it at ${url}\n`)
}
