/** For a flag that may stand alone, which oclif does not know: gives it port 0, any free one, when no port follows it. */
export function withPort(argv: readonly string[], flag: string): string[] {
  return argv.map((argument, index) =>
    argument === flag && !/^\d+$/.test(argv[index + 1] ?? '') ? `${flag}=0` : argument,
  )
}
