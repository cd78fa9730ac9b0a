import { within, setText } from './dom/dom.js'

const THEMES = ['auto', 'light', 'dark'] as const
type Theme = (typeof THEMES)[number]

const KEY = 'theme'

/** The button that goes round the colours: as the system has them, light, dark. */
export function wireTheme(button: HTMLElement): void {
  const label = within(button, 'b', HTMLElement)
  const show = (theme: Theme): void => {
    document.documentElement.dataset.theme = theme
    setText(label, theme)
    localStorage.setItem(KEY, theme)
  }
  const current = (): Theme => THEMES.find((theme) => theme === localStorage.getItem(KEY)) ?? 'auto'
  show(current())
  button.addEventListener('click', () =>
    show(THEMES[(THEMES.indexOf(current()) + 1) % THEMES.length] ?? 'auto'),
  )
}
