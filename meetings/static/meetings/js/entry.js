// One entry on the screen, to read or to write.
//
// The field somebody is in is never touched from outside, and between the beginning
// and the end of a composition (kana turning into kanji) nothing is sent. ``seen`` is
// the revision whose words the fields show: what is typed builds on those, so that a
// change which could not be shown yet is never written over unseen.

import { KINDS, clone, eraShort, part, word } from './words.js'

const PAUSE_MS = 300
const STYLE = {
  fact_subject: 'subject',
  fact_third_party: 'third-party',
  opinion: 'opinion',
  discussion: 'discussion',
  decision: 'decision',
  task: 'task',
  pending: 'task'
}
const HAS_SOURCE = new Set(['fact_subject', 'fact_third_party'])
const TASKS = new Set(['task', 'pending'])

export class EntryCard {
  // data: the entry as the server says; writes: whether this person may write it;
  // room: {outbox, connection, me, item, holder(name), take(entry), remove(entry)}
  constructor (data, writes, room) {
    Object.assign(this, { data, writes, room, seen: data.revision })
    this.element = clone(writes ? 'entry-writing' : 'entry-reading')
    this.element.dataset.entry = data.id
    if (writes) this.prepare()
    this.render()
  }

  get id () { return this.data.id }
  get draft () { return this.room.outbox.draft(this.id) }
  get taken () { return this.data.writer && this.data.writer.id !== this.room.me }
  field (name) { return this.element.querySelector(`[data-field="${name}"]`) }
  focus () { this.field(TASKS.has(this.data.kind) ? 'speaker' : 'text')?.focus() }

  // A newer state from the server. Own unsent words stay on the screen.
  update (data) {
    if (data.revision < this.data.revision) return // a late answer
    const lost = this.draft && data.writer && data.writer.id !== this.room.me
    this.data = data
    if (lost) this.flush() // refused, and kept by the server as a second version
    this.render()
  }

  // The server has these fields: what is typed next builds on them.
  saved (fields, revision) {
    if (revision >= this.data.revision) {
      Object.assign(this.data, fields, { revision })
      this.seen = revision
    }
    this.render()
  }

  render () {
    clearTimeout(this.lapse)
    if (this.data.writer) {
      this.lapse = setTimeout(() => {
        delete this.data.writer
        this.render()
      }, this.data.writer.seconds * 1000)
    }
    this.element.className = `entry entry--${STYLE[this.data.kind]}`
    this.element.classList.toggle('entry--taken', Boolean(this.taken))
    part(this.element, 'writer').textContent =
      this.taken ? word('writing', { name: this.data.writer.name }) : ''
    if (this.writes) this.renderFields()
    else this.renderText()
  }

  renderText () {
    const { kind, speaker, source, text, due_on: due } = this.data
    part(this.element, 'kind').textContent = KINDS.get(kind).label
    part(this.element, 'speaker').textContent = speaker
    part(this.element, 'source').textContent = source
    part(this.element, 'text').textContent = text
    const until = kind === 'decision' ? 'monitoring-on' : 'due'
    part(this.element, 'due').textContent = due ? word(until, { day: eraShort(due) }) : ''
  }

  renderFields () {
    const typed = this.unsent()
    const held = Boolean(this.taken) && !this.composing
    let behind = false
    for (const name of ['kind', 'speaker', 'source', 'due_on', 'text']) {
      const field = this.field(name)
      field.disabled = name === 'kind' && held
      field.readOnly = held
      const value = typed[name] ?? this.data[name] ?? ''
      const free = !this.composing && (field !== document.activeElement || held)
      if (free && field.value !== value) field.value = value
      behind ||= field.value !== (this.data[name] ?? '')
    }
    if (!behind) this.seen = this.data.revision
    this.fitKind()
    this.fit()
    this.element.querySelector('[data-act="take"]').hidden = !this.taken
    this.element.querySelector('[data-act="delete"]').hidden = Boolean(this.taken)
    this.renderState()
  }

  unsent () {
    const draft = this.draft
    return draft ? { ...draft.sent?.fields, ...draft.fields } : {}
  }

  show (name, yes) {
    this.element.querySelector(`[data-for="${name}"]`).hidden = !yes
  }

  renderState () {
    if (!this.writes) return
    const state = part(this.element, 'state')
    const name = this.stateName()
    const at = this.data.changed_at ? new Date(this.data.changed_at) : null
    const time = at?.toLocaleTimeString('ja-JP', {
      hour: '2-digit', minute: '2-digit', timeZone: 'Asia/Tokyo'
    })
    state.dataset.state = name
    state.textContent = name === 'saved' && time ? `${word('saved')} ${time}` : word(name)
    const problem = this.draft?.problem
    part(this.element, 'notice').textContent =
      problem ? word(problem) || word('refused') : this.notice ?? ''
    this.element.querySelector('[data-act="retry"]').hidden = !problem
    if (this.leaving && name === 'saved') this.release()
  }

  stateName () {
    if (!this.draft) return 'saved'
    if (this.draft.problem) return 'unsaved'
    if (!this.room.connection.ready) return 'offline'
    return this.draft.sent && !this.room.outbox.slow(this.id) ? 'saving' : 'unsaved'
  }

  // Typing

  prepare () {
    const outcome = KINDS.get(this.data.kind).outcome
    for (const [value, kind] of KINDS) {
      if (kind.outcome === outcome) this.field('kind').append(new Option(kind.label, value))
    }
    this.element.addEventListener('compositionstart', () => { this.composing = true })
    this.element.addEventListener('compositionend', event => {
      this.composing = false
      this.typed(event.target)
      if (this.taken) this.flush() // kept by the server as a second version
      this.render()
    })
    this.element.addEventListener('input', event => {
      if (!this.composing && !event.isComposing) this.typed(event.target)
    })
    this.element.addEventListener('focusout', event => {
      if (this.element.contains(event.relatedTarget)) return
      this.leaving = true
      this.flush()
      this.render()
    })
    this.element.addEventListener('focusin', () => { this.leaving = false })
    this.element.addEventListener('click', event => {
      const act = event.target.closest('[data-act]')?.dataset.act
      if (act === 'take') this.room.take(this)
      else if (act === 'delete') this.room.remove(this)
      else if (act === 'retry') this.room.outbox.retry(this.id)
    })
  }

  typed (field) {
    const name = field.dataset.field
    if (!name) return
    this.notice = ''
    const value = name === 'due_on' ? field.value || null : field.value
    const fields = { [name]: value }
    if (name === 'speaker' && this.isTask) fields.assignee = this.room.holder(value)
    if (name === 'kind' && !this.isTask) delete this.draft?.fields.assignee
    this.room.outbox.edit(this.id, this.room.item, this.seen, fields)
    this.fit()
    clearTimeout(this.pause)
    this.pause = setTimeout(() => this.flush(), PAUSE_MS)
    if (name === 'kind') this.fitKind()
  }

  get isTask () { return TASKS.has(this.field('kind').value) }

  // Each kind asks for its own facts.
  fitKind () {
    const kind = this.field('kind').value
    this.show('source', HAS_SOURCE.has(kind))
    this.show('due_on', this.isTask || kind === 'decision')
    part(this.element, 'due-label').textContent = word(this.isTask ? 'until' : 'monitoring')
    part(this.element, 'speaker-label').textContent = word(this.isTask ? 'assignee' : 'speaker')
    this.field('speaker').setAttribute('list', this.isTask ? 'holders' : 'speakers')
  }

  flush () {
    clearTimeout(this.pause)
    if (!this.composing && this.room.connection.ready) this.room.outbox.flush(this.id)
  }

  // Whoever leaves a finished entry lays the pen down for the others.
  release () {
    this.leaving = false
    if (this.data.writer?.id === this.room.me) this.room.act(this, 'release')
  }

  // Browsers without field-sizing grow by rows.
  fit () {
    const text = this.field('text')
    text.rows = Math.max(2, Math.min(20, text.value.split('\n').length))
  }
}
