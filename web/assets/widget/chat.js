// <footnote-chat>: a cited chat on any page. The answers' words are written by the service; this file
// asks, shows, and forgets when told.

import { around, block, icon, inline, make } from './dom.js';
import { Memory, random } from './memory.js';
import { sheet } from './style.js';
import { follow, Refused, Service } from './stream.js';
import { fill, wordsFor } from './strings.js';

const ICON = {
  chat: 'M4 5h16v11H9l-5 4z',
  close: 'M6 6l12 12M18 6L6 18',
  bin: 'M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13',
  up: 'M7 10v10H4V10zm0 0 4-7c2 0 3 1 2.500 3L13 9h6a2 2 0 0 1 2 2.400l-1.400 7A2 2 0 0 1 17.600 20H7',
  down: 'M17 14V4h3v10zm0 0-4 7c-2 0-3-1-2.500-3L11 15H5a2 2 0 0 1-2-2.400l1.400-7A2 2 0 0 1 6.400 4H17',
};
const settings = {};

export class FootnoteChat extends HTMLElement {
  #words = {};
  #own;
  #turns = new Map();
  #aborts = new AbortController();
  #parts;

  connectedCallback() {
    if (this.#parts) return;
    this.attachShadow({ mode: 'open' });
    this.shadowRoot.adoptedStyleSheets = [sheet];
    this.#build();
    if (this.inline) this.#whenSeen();
  }

  get inline() { return this.getAttribute('mode') === 'inline'; }
  get origin() { return this.dataset.origin ?? settings.origin; }
  get key() { return this.dataset.key ?? settings.key; }
  get datanets() { return (this.dataset.datanets ?? settings.datanets ?? '').split(/[\s,]+/).filter(Boolean); }
  get strings() { return { ...this.#words }; }

  // Words of the site's own, by name; see strings.js.
  set strings(own) {
    this.#own = own;
    if (this.#parts) this.#say();
  }

  // ---- parts ----

  #build() {
    const launcher = make('button', { class: 'launcher', part: 'launcher', type: 'button', hidden: this.inline, onclick: () => this.open() }, icon(ICON.chat), make('span'));
    const title = make('b', { part: 'title' });
    const forget = make('button', { class: 'quiet', type: 'button', part: 'forget', onclick: () => this.#confirm(true) }, icon(ICON.bin));
    const close = make('button', { class: 'quiet', type: 'button', part: 'close', hidden: this.inline, onclick: () => this.close() }, icon(ICON.close));
    const confirm = make('div', { class: 'confirm', hidden: true });
    const log = make('div', { class: 'log', part: 'log', tabindex: '0', role: 'group' });
    const field = make('textarea', { rows: '1', part: 'input', enterkeyhint: 'send', dir: 'auto', maxlength: '2000' });
    const send = make('button', { class: 'send', part: 'send' });
    const form = make('form', { part: 'form', onsubmit: (event) => { event.preventDefault(); this.#submit(); } }, field, send);
    const powered = make('a', { target: '_blank', rel: 'noopener', href: this.origin });
    const spoken = make('div', { class: 'spoken', role: 'log', 'aria-live': 'polite' });
    const panel = make('section', { class: 'panel', part: 'panel', role: this.inline ? 'region' : 'dialog', hidden: !this.inline },
      make('header', { part: 'header' }, title, forget, close), confirm, log, form, make('div', { class: 'powered', part: 'powered' }, powered), spoken);
    field.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.#submit();
    });
    panel.addEventListener('keydown', (event) => {
      if (event.key === 'Escape' && !this.inline) this.close();
    });
    this.#parts = { launcher, title, forget, close, confirm, log, field, send, form, powered, spoken, panel };
    this.shadowRoot.append(launcher, panel);
    this.#say();
  }

  #say() {
    let written;
    try {
      written = JSON.parse(this.getAttribute('strings') ?? '{}');
    } catch {
      console.warn('Footnote: the attribute `strings` is no JSON');
    }
    const words = wordsFor(this.#language(), { ...written, ...this.#own });
    const { launcher, title, forget, close, field, send, powered, panel, log } = this.#parts;
    this.#words = words;
    launcher.lastChild.textContent = words.launch;
    title.replaceChildren(words.title);
    for (const [button, label] of [[forget, words.forget], [close, words.close]]) {
      button.setAttribute('aria-label', label);
      button.title = label;
    }
    field.placeholder = words.placeholder;
    field.setAttribute('aria-label', words.placeholder);
    send.textContent = words.send;
    powered.textContent = words.powered;
    panel.setAttribute('aria-label', words.title);
    log.setAttribute('aria-label', words.title);
  }

  #language() {
    return this.closest('[lang]')?.lang || navigator.language;
  }

  // ---- opening and closing ----

  // An inline chat opens when it is first used: until then nothing is stored or fetched.
  #whenSeen() {
    this.#parts.panel.addEventListener('focusin', () => this.#opened(), { once: true });
    this.#parts.log.append(make('p', { class: 'empty', dir: 'auto' }, this.#words.empty));
  }

  open() {
    const { launcher, panel, field } = this.#parts;
    launcher.hidden = true;
    panel.hidden = false;
    this.#opened();
    field.focus();
  }

  close() {
    const { launcher, panel } = this.#parts;
    panel.hidden = true;
    launcher.hidden = false;
    launcher.focus();
  }

  #opened() {
    this.#tell('open');
    if (this.memory) return;
    const place = [this.key?.slice(-8), this.datanets.join('+'), this.id].filter(Boolean).join(':');
    this.memory = new Memory(`footnote:${place}`);
    const { visitor, turns } = this.memory.open();
    this.service = new Service({ origin: this.origin, key: this.key, visitor });
    this.#parts.log.replaceChildren();
    if (turns.length === 0) this.#propose();
    for (const turn of turns) this.#show(turn, false);
  }

  async #propose() {
    const { log } = this.#parts;
    const box = make('div', {}, make('p', { class: 'empty', part: 'empty', dir: 'auto' }, this.#words.empty));
    log.append(box);
    try {
      const questions = await this.service.questions(this.datanets, this.#language());
      if (questions.length) box.append(make('p', { class: 'label' }, this.#words.try));
      for (const { text, lang } of questions) {
        box.append(make('button', { class: 'proposal', part: 'proposal', type: 'button', lang, dir: 'auto', onclick: () => this.ask(text) }, text));
      }
    } catch (error) {
      this.#tell('error', { code: error.code ?? 'unreachable', message: error.message });
    }
  }

  // ---- asking ----

  #submit() {
    const { field } = this.#parts;
    const question = field.value.trim();
    if (!question || this.busy) return;
    field.value = '';
    this.ask(question);
  }

  // Asks, as if it had been written into the field. The promise ends with the answer.
  ask(question) {
    if (!this.memory) this.#opened();
    const kept = this.memory.open();
    if (kept.turns.length === 0) this.#parts.log.replaceChildren();
    const turn = { question, key: random() };
    kept.turns.push(turn);
    this.memory.save();
    this.#tell('ask', { question });
    return this.#show(turn, true);
  }

  async #show(turn, aloud) {
    const view = new TurnView(this, turn, aloud, this.#words);
    this.#turns.set(turn, view);
    this.#parts.log.append(view.element);
    // Within the chat alone: the page around it stays where it is.
    const { log } = this.#parts;
    if (aloud) log.scrollTop = view.element.offsetTop - log.offsetTop - 12;
    await this.follow(turn, view);
  }

  async follow(turn, view) {
    if (view.aloud) this.#work(true);
    const { signal } = this.#aborts;
    try {
      await follow(this.service, turn, {
        datanets: this.datanets,
        signal,
        onLost: () => view.status(this.#words.lost),
        on: (event) => {
          this.memory.save();
          view.event(event);
          if (event.name === 'done' && view.aloud) this.#tell('answer', { id: turn.id, question: turn.question, outcome: event.data.outcome, href: this.origin + event.data.href });
        },
      });
    } catch (error) {
      if (!signal.aborted) this.#fail(turn, view, error);
    } finally {
      if (view.aloud) this.#work(false);
    }
  }

  #work(busy) {
    this.busy = busy;
    this.#parts.send.disabled = busy;
  }

  #fail(turn, view, error) {
    const refused = error instanceof Refused;
    view.failed(refused && error.message ? sentence(error.message) : this.#words.failed, refused && error.status === 429);
    this.#tell('error', { code: error.code ?? 'failed', message: error.message });
  }

  speak(text) {
    this.#parts.spoken.append(make('p', {}, text));
  }

  // ---- opinions, and forgetting ----

  async rate(turn, good) {
    this.#tell('feedback', { id: turn.id, good });
    await this.service.feedback(turn.id, good).catch((error) => this.#tell('error', { code: error.code ?? 'failed', message: error.message }));
  }

  cited(turn, citation) {
    this.#tell('cite', { id: turn.id, n: citation.n, title: citation.title, href: this.origin + citation.href });
  }

  #confirm(asked) {
    const { confirm, forget } = this.#parts;
    confirm.hidden = !asked;
    if (!asked) return forget.focus();
    const yes = make('button', { type: 'button', onclick: () => this.forget() }, this.#words.yes);
    const no = make('button', { type: 'button', onclick: () => this.#confirm(false) }, this.#words.no);
    confirm.replaceChildren(make('p', {}, this.#words.sure), yes, no);
    yes.focus();
    return undefined;
  }

  // Deletes the chat, here and on the server.
  async forget() {
    if (!this.memory) this.#opened();
    const { turns } = this.memory.open();
    this.#aborts.abort();
    this.#aborts = new AbortController();
    const erased = await Promise.allSettled(turns.filter((turn) => turn.id).map((turn) => this.service.erase(turn.id)));
    const failed = erased.find(({ status, reason }) => status === 'rejected' && reason.status !== 404);
    this.#confirm(false);
    if (failed) {
      this.#parts.log.prepend(make('p', { class: 'notice', role: 'alert' }, this.#words.failed));
      this.#tell('error', { code: failed.reason.code ?? 'unreachable', message: failed.reason.message });
      return;
    }
    this.memory.forget();
    this.#turns.clear();
    this.#parts.log.replaceChildren();
    this.#parts.spoken.replaceChildren();
    this.memory = undefined;
    this.speak(this.#words.forgotten);
    this.#parts.log.append(make('p', { class: 'empty' }, this.#words.forgotten));
    this.#parts.field.focus();
  }

  // `error` does not bubble: pages listen for real errors at their window.
  #tell(name, detail = {}) {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: name !== 'error', composed: true }));
  }
}

// One question and its answer.
class TurnView {
  constructor(chat, turn, aloud, words) {
    Object.assign(this, { chat, turn, aloud, words });
    this.steps = make('p', { class: 'steps', part: 'steps' });
    this.said = make('div', { class: 'said', part: 'answer', dir: 'auto' });
    this.foot = make('div', { class: 'foot', part: 'foot' });
    this.element = make('article', { class: 'turn', part: 'turn' },
      make('p', { class: 'asked', part: 'question', dir: 'auto' }, make('span', { class: 'spoken' }, `${words.you}: `), turn.question),
      this.steps, this.said, this.foot);
  }

  status(text) {
    this.steps.textContent = text;
    this.steps.classList.toggle('working', text !== '');
  }

  event({ name, data }) {
    if (name === 'searching') this.status(this.words.searching);
    else if (name === 'reading') this.status(this.words.reading);
    else if (name === 'sentence') this.sentence(data);
    else if (name === 'done') this.done(data);
    else if (name === 'failed') this.failed(sentence(data.message), data.code === 'erased');
  }

  sentence({ text, paragraph, citations }) {
    this.element.querySelector('.notice')?.remove();
    const { name, text: bare } = block(text);
    const last = this.said.lastElementChild;
    const joins = last?.localName === name && name !== 'pre' && !(name === 'p' && paragraph);
    const into = joins ? last : this.said.appendChild(make(name));
    const place = make(name === 'ul' ? 'li' : 'span', { class: this.aloud ? 'fresh' : undefined });
    place.append(name === 'pre' ? bare : inline(bare));
    const numerals = one(citations);
    for (const group of numerals) place.append(this.numeral(group));
    if (numerals.length === 0) place.append(make('span', { class: 'none', title: this.words.unsupported }, '†'));
    into.append(place, ' ');
    if (this.aloud) this.chat.speak(bare);
  }

  numeral(quotes) {
    const [first] = quotes;
    const label = fill(this.words.source, first);
    const tone = `t${((first.n - 1) % 6) + 1}`;
    const button = make('button', { class: `fn ${tone}`, part: 'numeral', type: 'button', 'aria-expanded': 'false', 'aria-label': label, title: label }, String(first.n));
    button.addEventListener('click', () => {
      const open = button.getAttribute('aria-expanded') === 'true';
      for (const other of this.said.querySelectorAll('.card')) other.remove();
      for (const other of this.said.querySelectorAll('.fn')) other.setAttribute('aria-expanded', 'false');
      if (open) return;
      button.setAttribute('aria-expanded', 'true');
      button.closest('p, ul, pre').after(this.card(quotes, tone));
      this.chat.cited(this.turn, first);
    });
    return button;
  }

  card(quotes, tone) {
    const [first] = quotes;
    const card = make('aside', { class: `card ${tone}`, part: 'card' },
      make('b', { dir: 'auto' }, make('span', {}, `${first.n} `), first.title));
    if (first.authors.length) card.append(make('span', { class: 'who' }, fill(this.words.by, { authors: first.authors.join(', ') })));
    for (const { before, quote, after, href } of quotes) {
      card.append(make('blockquote', { dir: 'auto' }, '…', around(before), ' ', make('mark', {}, inline(block(quote).text)), ' ', around(after), '…'),
        make('a', { href: this.chat.origin + href, target: '_blank', rel: 'noopener' }, this.words.open));
    }
    return card;
  }

  done({ notice, charged, next }) {
    this.status('');
    if (notice) {
      this.said.before(make('p', { class: 'notice', part: 'notice' }, notice));
      if (this.aloud) this.chat.speak(notice);
    }
    const thanks = make('span', { role: 'status' });
    const rate = (good, path, label) => {
      const button = make('button', { class: 'quiet', type: 'button', part: 'rate', 'aria-pressed': 'false', 'aria-label': label, title: label }, icon(path));
      button.addEventListener('click', () => {
        for (const other of this.foot.querySelectorAll('[aria-pressed]')) other.setAttribute('aria-pressed', String(other === button));
        thanks.textContent = this.words.thanks;
        this.chat.rate(this.turn, good);
      });
      return button;
    };
    this.foot.replaceChildren(rate(true, ICON.up, this.words.good), rate(false, ICON.down, this.words.bad), thanks);
    if (this.chat.hasAttribute('price')) {
      this.foot.append(make('span', { class: 'price', part: 'price' }, fill(this.words.price, { amount: charged })));
    }
    if (this.aloud && next.length) {
      this.foot.after(make('p', { class: 'label' }, this.words.next),
        ...next.slice(0, 3).map((text) => make('button', { class: 'proposal', part: 'proposal', type: 'button', dir: 'auto', onclick: () => this.chat.busy || this.chat.ask(text) }, text)));
    }
  }

  failed(message, final) {
    this.status('');
    this.element.querySelector('.notice')?.remove();
    const notice = make('div', { class: 'notice', part: 'notice', role: 'alert' }, message);
    if (!final) {
      notice.append(make('br'), make('button', { type: 'button', onclick: () => {
        notice.remove();
        // What was given up by the service begins afresh; what was only not heard goes on.
        if (this.turn.ended) {
          Object.assign(this.turn, { id: undefined, last: undefined, ended: false, key: random() });
          this.said.replaceChildren();
        }
        this.chat.follow(this.turn, this);
      } }, this.words.retry));
    }
    this.said.after(notice);
  }
}

// Quotes by their number, each number once.
function one(citations) {
  const groups = new Map();
  for (const citation of citations) groups.set(citation.n, [...(groups.get(citation.n) ?? []), citation]);
  return [...groups.values()];
}

// The service's errors begin small, since programs put words before them.
function sentence(text) {
  const whole = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?。！？]$/.test(whole) ? whole : `${whole}.`;
}

// Called by the loader. A page without the element gets a launcher.
export function start(own) {
  for (const [name, value] of Object.entries(own)) settings[name] ??= value;
  if (!customElements.get('footnote-chat')) customElements.define('footnote-chat', FootnoteChat);
  if (!document.querySelector('footnote-chat')) {
    document.body.append(document.createElement('footnote-chat'));
  }
}
