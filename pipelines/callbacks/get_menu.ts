/** The dishes of the restaurant, which the pipeline file gives to its node. */
export default function get_menu(): string[] {
  return (process.env.MENU ?? '').split(', ')
}
