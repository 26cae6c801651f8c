// 定型文: chosen from a list, put in at the caret of the entry that is being written.

import { clone } from './words.js'

const byId = id => document.getElementById(id)

export class Phrases {
  // shown(): the id of the item on the screen.
  constructor (shown) {
    this.shown = shown
    this.all = [...byId('phrases').content.querySelectorAll('[data-phrase]')]
  }

  listen () {
    document.addEventListener('click', event => {
      const entry = event.target.closest('[data-act="phrases"]')?.closest('.entry')
      if (entry) this.open(entry)
    })
    document.addEventListener('keydown', event => {
      if (event.isComposing || event.keyCode === 229) return
      const entry = document.activeElement?.closest('.entry')
      if (event.altKey && event.key === '0' && entry) {
        event.preventDefault()
        this.open(entry)
      }
    })
    byId('phrase-dialog').addEventListener('keydown', event => this.walk(event))
  }

  open (entry) {
    const field = entry.querySelector('[data-field="text"]')
    if (!field || field.readOnly) return
    const kind = entry.querySelector('[data-field="kind"]').value
    const offered = this.all.filter(phrase =>
      phrase.dataset.phrase === this.shown() && ['', kind].includes(phrase.dataset.kind))
    byId('phrase-none').hidden = offered.length > 0
    byId('phrase-list').replaceChildren(...offered.map(phrase => this.line(phrase, field)))
    byId('phrase-dialog').showModal()
  }

  line (phrase, field) {
    const line = clone('phrase-line')
    const button = line.firstElementChild
    button.textContent = phrase.textContent
    button.addEventListener('click', () => {
      byId('phrase-dialog').close()
      field.focus()
      field.setRangeText(phrase.textContent, field.selectionStart, field.selectionEnd, 'end')
      field.dispatchEvent(new InputEvent('input', { bubbles: true }))
    })
    return line
  }

  walk (event) {
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key]
    if (!step) return
    event.preventDefault()
    event.stopPropagation()
    const buttons = [...byId('phrase-list').querySelectorAll('button')]
    const here = buttons.indexOf(document.activeElement)
    buttons.at((here + step) % buttons.length)?.focus()
  }
}
