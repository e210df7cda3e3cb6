/** A piece of HTML, as opposed to a text that must be escaped to become one. */
export interface Markup {
  readonly html: string
}

type Part = Markup | string | number | undefined | readonly Part[]

/**
 * HTML from a template. Texts in it are escaped, so that none is forgotten; pieces of HTML and lists
 * of them are not.
 *
 * @example
 * markup`<td>${'a < b'}</td>`.html // '<td>a &lt; b</td>'
 */
export function markup(template: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return {
    html: template.reduce((html, text, index) => html + htmlOf(parts[index - 1]) + text),
  }
}

/** HTML that is known to be safe. */
export function trusted(html: string): Markup {
  return { html }
}

/**
 * JSON inside of a script element: no text in it can end the element or, where it is evaluated, a
 * line.
 *
 * @see https://html.spec.whatwg.org/multipage/scripting.html#restrictions-for-contents-of-script-elements
 */
export function jsonForScript(value: unknown): Markup {
  return trusted(
    JSON.stringify(value).replaceAll(
      /[<>&\u2028\u2029]/g,
      (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
    ),
  )
}

function htmlOf(part: Part): string {
  if (part === undefined) return ''
  if (typeof part === 'object') return 'html' in part ? part.html : part.map(htmlOf).join('')
  return String(part).replaceAll(/[&<>"']/g, (character) => entities[character]!)
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}
