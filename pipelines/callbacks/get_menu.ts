/** What the restaurant has, which its node is told by the pipeline file. */
export default function get_menu(): string[] {
  return (process.env.MENU ?? '').split(', ')
}
