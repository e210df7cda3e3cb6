import { describe, expect, it } from 'vitest'
import { jsonForScript, markup, trusted } from '../../../src/report/bench/markup.ts'

describe(markup, () => {
  it('escapes texts, and nothing else', () => {
    const name = `<b title="it's">&`
    expect(markup`<p title="${name}">${name} ${3}${undefined}</p>`.html).toBe(
      '<p title="&lt;b title=&quot;it&#39;s&quot;&gt;&amp;">&lt;b title=&quot;it&#39;s&quot;&gt;&amp; 3</p>',
    )
  })

  it('takes pieces of HTML and lists of them as they are', () => {
    const items = ['<', '>'].map((text) => markup`<li>${text}</li>`)
    expect(markup`<ul>${items}</ul>${trusted('<hr>')}`.html).toBe(
      '<ul><li>&lt;</li><li>&gt;</li></ul><hr>',
    )
  })
})

describe(jsonForScript, () => {
  it('gives JSON that ends no script and no line', () => {
    const value = { text: '</script><!--<script>&\u2028\u2029' }
    const { html } = jsonForScript(value)
    expect(html).not.toMatch(/[<>&\u2028\u2029]/)
    expect(JSON.parse(html)).toEqual(value)
  })
})
