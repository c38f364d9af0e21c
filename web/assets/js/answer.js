// An answer on the page: sentences as they come, cards behind the numerals, copies. The server sends
// finished fragments; nothing is templated here.

const page = document.getElementById('page');

// ---- sentences as they come ----

function place(html) {
  const box = document.createElement('template');
  box.innerHTML = html;
  for (const part of box.content.children) {
    const slot = document.getElementById(part.dataset.into);
    if (!slot) continue;
    if ('block' in part.dataset) append(slot, part);
    else if (part.dataset.into === 'cards') slot.append(part.content);
    else slot.replaceChildren(part.content);
    if (part.dataset.into === 'page') delete slot.dataset.events;
  }
}

// A sentence joins the block before it unless it begins a paragraph or needs another element.
function append(slot, part) {
  const { block, paragraph } = part.dataset;
  const last = slot.lastElementChild;
  const joins = last?.localName === block
    && (block === 'ul' || (block === 'p' && paragraph === undefined));
  const into = joins ? last : slot.appendChild(document.createElement(block));
  const sentence = document.createElement(block === 'p' ? 'span' : 'div');
  if (block === 'ul') return into.append(part.content);
  sentence.className = 'fresh';
  sentence.append(part.content);
  into.append(sentence);
}

function follow(address) {
  const source = new EventSource(address);
  const spoken = document.getElementById('spoken');
  const say = (text) => {
    const line = document.createElement('span');
    line.textContent = text;
    spoken?.append(line);
  };
  const on = (name, then) => source.addEventListener(name, (event) => {
    const data = JSON.parse(event.data);
    place(data.html);
    then?.(data);
  });
  on('searching');
  on('reading', () => say(document.getElementById('steps')?.textContent ?? ''));
  on('sentence', (data) => say(data.sentence.text));
  on('done', (data) => {
    source.close();
    document.title = `${data.answer.question} · Footnote`;
    settle();
  });
  on('failed', () => {
    source.close();
    for (const part of page.querySelectorAll('#steps, .awaited, .stop')) part.remove();
  });
  // The browser comes back by itself and says what it saw last; only a refusal ends it.
  source.addEventListener('error', () => {
    if (source.readyState === EventSource.CLOSED) setTimeout(() => location.reload(), 1500);
  });
}

// ---- the cards behind the numerals ----

let timer;

function beside(card, numeral) {
  const space = 12;
  const at = numeral.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = card;
  const left = Math.min(Math.max(space, at.left - 24), innerWidth - width - space);
  const below = at.bottom + height + space < innerHeight || at.top < height + space;
  card.style.left = `${left}px`;
  card.style.top = `${below ? at.bottom + 8 : at.top - height - 8}px`;
}

function open(numeral) {
  const card = document.getElementById(numeral.dataset.card);
  if (!card?.showPopover || card.matches(':popover-open')) return;
  card.showPopover();
  if (!matchMedia('(max-width: 640px)').matches) beside(card, numeral);
  light(card.dataset.n, true);
}

function close(card) {
  if (card?.matches?.(':popover-open')) card.hidePopover();
}

// Numeral, piece of the bar, key and card of one source light up together.
function light(n, on) {
  for (const part of document.querySelectorAll(`[data-n="${n}"]`)) part.classList.toggle('on', on);
}

function openCard() {
  return document.querySelector('.quotecard:popover-open');
}

document.addEventListener('pointerover', (event) => {
  if (event.pointerType === 'touch') return;
  const part = event.target.closest?.('[data-n]');
  const numeral = event.target.closest?.('.fn[data-card]');
  clearTimeout(timer);
  if (part) light(part.dataset.n, true);
  if (numeral) timer = setTimeout(() => open(numeral), 90);
  else if (!event.target.closest?.('.quotecard')) timer = setTimeout(() => close(openCard()), 180);
});

document.addEventListener('pointerout', (event) => {
  const part = event.target.closest?.('[data-n]');
  if (part && !part.contains(event.relatedTarget)) light(part.dataset.n, false);
});

document.addEventListener('focusin', (event) => {
  const numeral = event.target.closest?.('.fn[data-card]');
  if (numeral?.matches(':focus-visible')) open(numeral);
  else if (!event.target.closest?.('.quotecard')) close(openCard());
});

// A finger has nothing to hover with: its first tap opens the card, the card leads on.
document.addEventListener('click', (event) => {
  const numeral = event.target.closest?.('.fn[data-card]');
  if (!numeral || !matchMedia('(hover: none)').matches || event.detail === 0) return;
  event.preventDefault();
  open(numeral);
});

addEventListener('toggle', (event) => {
  if (event.newState === 'closed' && event.target.dataset?.n) light(event.target.dataset.n, false);
}, true);

// ---- copies ----

function copyText(kind) {
  if (kind === 'link') return location.href.split('#')[0];
  const text = page.querySelector(`template[data-text="${kind}"]`).content.textContent;
  return text.replaceAll(/ (\/documents\/0x)/g, ` ${location.origin}$1`);
}

document.addEventListener('click', async (event) => {
  const button = event.target.closest?.('[data-copy]');
  if (!button) return;
  const said = button.parentElement.querySelector('.said');
  try {
    await navigator.clipboard.writeText(copyText(button.dataset.copy));
    said.textContent = said.dataset.copied;
  } catch {
    said.textContent = said.dataset.refused;
  }
  setTimeout(() => { said.textContent = ''; }, 2500);
});

document.addEventListener('click', (event) => {
  if (event.target.closest?.('[data-print]')) print();
});

// Stopping must not leave the page: the last sentences come by the stream that is open.
document.addEventListener('submit', (event) => {
  const form = event.target.closest?.('[data-stop]');
  if (!form) return;
  event.preventDefault();
  form.querySelector('button').disabled = true;
  fetch(form.action, { method: 'POST', body: new URLSearchParams(new FormData(form)) });
});

function settle() {
  for (const button of document.querySelectorAll('[data-copy]')) button.hidden = !navigator.clipboard;
  for (const button of document.querySelectorAll('[data-print]')) button.hidden = false;
}

if (page.dataset.events) follow(page.dataset.events);
settle();
