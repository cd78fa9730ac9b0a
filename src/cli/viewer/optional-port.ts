/** Gives a flag that stands alone port 0, which means any free port; oclif knows no flags with an optional value. */
export function withPort(argv: readonly string[], flag: string): string[] {
  return argv.map((argument, index) =>
    argument === flag && !/^\d+$/.test(argv[index + 1] ?? '') ? `${flag}=0` : argument,
  )
}
