// The course of the meeting: whose face the page has, the items, the time box.

import { titled, word } from './words.js'

const MINUTE_MS = 60_000
const LAST_MINUTES = 5
const byId = id => document.getElementById(id)

export class Progress {
  // place: the room's element; items: Map; shown(): the item on the screen;
  // post(item, act, values): presses a button of the room.
  constructor ({ place, items, shown, post }) {
    Object.assign(this, { place, items, shown, post })
    this.ahead = 0 // how far this browser's clock is ahead of the server's
    this.convenes = Boolean(place.dataset.convenes)
    byId('item-act')?.addEventListener('click', () => this.press())
    setInterval(() => this.renderTimer(), 5_000)
  }

  tick (now) {
    this.ahead = Date.now() - Date.parse(now)
    this.renderTimer()
  }

  get item () { return this.items.get(this.shown()) }

  // Which face: what the server lets one do with the item, nothing else.
  get face () {
    const item = this.item
    if (!item) return 'waiting'
    if (item.convenes) return 'chair'
    if (item.writes) return 'scribe'
    return item.outcome_only ? 'guest' : 'follower'
  }

  render () {
    const { item, face } = this
    byId('face').dataset.face = face
    byId('desk').hidden = face === 'waiting' || face === 'guest'
    byId('jump').hidden = !item || item.outcome_only
    for (const element of document.querySelectorAll('[data-faces]')) {
      element.hidden = !element.dataset.faces.split(' ').includes(face)
    }
    byId('now-title').textContent =
      item ? `${word('item', item)} ${titled(item)}` : word('room')
    this.renderTimer()
    if (this.convenes) { this.renderItems(); this.renderAct() }
  }

  // Said in words and by its sign: how much of the time box is left.
  renderTimer () {
    const item = this.item
    const place = byId('now-timer')
    place.hidden = !item
    if (!item) return
    const { name, ...values } = this.time(item)
    if (name === 'over' && place.dataset.time === 'last') {
      byId('said').textContent = word('time-up')
    }
    place.dataset.time = name
    place.textContent = word(`time-${name}`, values)
  }

  time ({ opened_at: opened, closed_at: closed, minutes_allotted: allotted }) {
    if (!opened) return { name: 'planned', allotted }
    const end = closed ? Date.parse(closed) : Date.now() - this.ahead
    const spent = Math.max(0, end - Date.parse(opened))
    const elapsed = Math.floor(spent / MINUTE_MS)
    if (closed) return { name: 'closed', elapsed, allotted }
    if (elapsed >= allotted) return { name: 'over', over: elapsed - allotted, allotted }
    const left = Math.ceil(allotted - spent / MINUTE_MS)
    return { name: left <= LAST_MINUTES ? 'last' : 'running', left, allotted }
  }

  renderItems () {
    byId('items').replaceChildren(...[...this.items.values()].map(item => {
      const row = document.createElement('li')
      const link = document.createElement('a')
      link.href = '#panes'
      link.dataset.item = item.id
      link.textContent = `${item.order} ${titled(item)}`
      const state = document.createElement('span')
      state.className = 'room-items__state'
      state.dataset.state = item.state
      const { name, ...values } = this.time(item)
      const time = item.state === 'open' ? '' : word(`time-${name}`, values)
      state.textContent = `${word(`state-${item.state}`)} ${time}`
      link.append(state)
      if (item.id === this.shown()) link.setAttribute('aria-current', 'page')
      row.append(link)
      return row
    }))
  }

  // The one next thing to press for this item.
  next () {
    const item = this.item
    if (!item?.convenes) return null
    if (item.state === 'pending') return { name: 'open', act: 'open', item }
    if (item.state !== 'open') return null
    const following = [...this.items.values()].find(other => {
      return other.state === 'pending' && other.order > item.order
    })
    return following
      ? { name: 'next', act: 'open', item: following }
      : { name: 'close', act: 'close', item }
  }

  renderAct () {
    const next = this.next()
    const button = byId('item-act')
    button.hidden = !next
    if (next) button.textContent = word(next.name)
  }

  async press () {
    const next = this.next()
    if (!next) return
    const done = await this.post(next.act, next.item.id)
    byId('refused-words').textContent = done.message
    byId('refused').hidden = !done.message
    const link = document.querySelector(`[data-item="${next.item.id}"]`)
    if (done.ok && next.item.id !== this.shown()) link?.click()
  }
}
