// 自分用メモ: one's own words on the item on the screen, for nobody else. What is not
// saved yet outlives a reload, in this tab until signing out.

import { word } from './words.js'

const byId = id => document.getElementById(id)
const PAUSE_MS = 800
const AGAIN_MS = 3_000

export class Notes {
  // place: the room's element; me: the person; item(): the item on the screen.
  constructor ({ place, token, me, item }) {
    Object.assign(this, { token, me, item, address: place.dataset.note, sitting: place.dataset.sitting })
    this.field = byId('note-text')
    this.field.addEventListener('compositionstart', () => { this.composing = true })
    this.field.addEventListener('compositionend', () => { this.composing = false; this.typed() })
    this.field.addEventListener('input', event => {
      if (!this.composing && !event.isComposing) this.typed()
    })
  }

  get key () { return `kasane.note.${this.shown}.${this.me}` }

  render () {
    const id = this.item()?.id ?? null
    byId('note').hidden = !id
    if (id === this.shown) return
    clearTimeout(this.pause)
    this.shown = id
    this.revision = null // not known before the server has said it
    this.field.value = ''
    this.field.readOnly = true
    if (id) this.load(id)
  }

  async load (id) {
    const { status, answer } = await this.ask({})
    if (id !== this.shown) return
    if (status !== 200) { this.later(() => this.load(id)); return }
    this.revision = answer.revision
    this.field.readOnly = false
    const unsent = sessionStorage.getItem(this.key)
    this.field.value = unsent ?? answer.text
    this.say('saved')
    if (unsent !== null) this.save()
  }

  typed () {
    sessionStorage.setItem(this.key, this.field.value)
    this.say('unsaved')
    clearTimeout(this.pause)
    this.pause = setTimeout(() => this.save(), PAUSE_MS)
  }

  async save () {
    clearTimeout(this.pause)
    if (this.saving || this.composing || this.revision === null) return
    const { shown, key } = this
    const text = this.field.value
    const body = new URLSearchParams({ text, base: this.revision, csrfmiddlewaretoken: this.token })
    this.saving = true
    this.say('saving')
    const { status, answer } = await this.ask({ method: 'POST', body })
    this.saving = false
    if (status === 200 && sessionStorage.getItem(key) === text) sessionStorage.removeItem(key)
    if (shown !== this.shown) return
    if (status === 200 || status === 409) this.revision = answer.revision
    if (status === 409) this.join(answer.text)
    else if (status === 422) this.say('unsaved', answer.message)
    else if (status !== 200) this.later(() => this.save())
    else if (this.field.value === text) this.say('saved')
    else this.save()
  }

  // Another window was first: both are kept.
  join (text) {
    this.field.value = `${text}\n${this.field.value}`
    this.typed()
  }

  later (act) {
    this.say('offline')
    this.pause = setTimeout(act, AGAIN_MS)
  }

  async ask (options) {
    try {
      const address = this.address.replace(this.sitting, this.shown)
      const headers = { Accept: 'application/json' }
      const answer = await fetch(address, { ...options, headers, redirect: 'manual', cache: 'no-store' })
      return { status: answer.status, answer: await answer.json() }
    } catch {
      return { status: 0, answer: {} }
    }
  }

  say (name, words = word(name)) {
    byId('note-state').dataset.state = name
    byId('note-state').textContent = words
  }
}
