// Elements without markup: nothing here parses HTML, so a page may forbid that altogether.

export function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue;
    if (key.startsWith('on')) element.addEventListener(key.slice(2), value);
    else element.setAttribute(key, value === true ? '' : value);
  }
  element.append(...children.filter((child) => child !== undefined));
  return element;
}

const SVG = 'http://www.w3.org/2000/svg';

export function icon(path) {
  const svg = document.createElementNS(SVG, 'svg');
  for (const [key, value] of Object.entries({ viewBox: '0 0 24 24', width: 20, height: 20, 'aria-hidden': 'true' })) {
    svg.setAttribute(key, value);
  }
  const line = document.createElementNS(SVG, 'path');
  line.setAttribute('d', path);
  svg.append(line);
  return svg;
}

// The little Markdown that a sentence of an answer may hold: code, bold, italic, links.
export function inline(text) {
  const parts = document.createDocumentFragment();
  const pattern = /`([^`]+)`|\*\*([^*]+)\*\*|\*([^*\s][^*]*)\*|\[([^\]]+)\]\((https?:\/\/[^\s)]+)\)/g;
  let from = 0;
  for (const found of text.matchAll(pattern)) {
    parts.append(text.slice(from, found.index));
    const [whole, code, bold, italic, label, href] = found;
    if (code) parts.append(make('code', {}, code));
    else if (bold) parts.append(make('strong', {}, bold));
    else if (italic) parts.append(make('em', {}, italic));
    else parts.append(make('a', { href, target: '_blank', rel: 'noopener nofollow' }, label));
    from = found.index + whole.length;
  }
  parts.append(text.slice(from));
  return parts;
}

// Words around a quote, without the marks of lists and headings that they may begin with.
export function around(text) {
  return inline(text.replace(/(^|\s)(?:[-*+]|#+)\s+/g, '$1'));
}

// Of which block is a sentence, and what is left of it without the marks of the block?
export function block(text) {
  const fence = /^(```|~~~)[^\n]*\n([\s\S]*?)\n?\1\s*$/.exec(text);
  if (fence) return { name: 'pre', text: fence[2] };
  const item = /^\s*(?:[-*+]|\d+[.)])\s+([\s\S]*)$/.exec(text);
  if (item) return { name: 'ul', text: item[1] };
  return { name: 'p', text: text.replace(/^#+\s+/, '') };
}
