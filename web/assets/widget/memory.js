// What a browser keeps of a chat: who asked (a number of no meaning) and which answers, whose texts
// stay on the server. Nothing before the chat is opened; nothing at all where storage is forbidden.

export class Memory {
  constructor(name) {
    this.name = name;
    this.kept = undefined;
  }

  // Opens what was kept, or begins.
  open() {
    if (this.kept) return this.kept;
    try {
      this.kept = JSON.parse(localStorage.getItem(this.name) ?? 'null') ?? undefined;
    } catch {
      this.kept = undefined;
    }
    if (!Array.isArray(this.kept?.turns)) this.kept = { visitor: random(), turns: [] };
    this.save();
    return this.kept;
  }

  save() {
    const turns = this.kept.turns.slice(-30).map(({ question, key, id }) => ({ question, key, id }));
    try {
      localStorage.setItem(this.name, JSON.stringify({ ...this.kept, turns }));
    } catch {
      // Forbidden or full: the chat lives as long as the page.
    }
  }

  forget() {
    this.kept = undefined;
    try {
      localStorage.removeItem(this.name);
    } catch {
      // Nothing was kept then.
    }
  }
}

export function random() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
