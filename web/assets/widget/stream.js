// From a question to its answer, whatever the network does. A question is sent under a key of its own,
// so that sending it again is the same question, charged once; events carry numbers, so that reading
// goes on after the last one that came.

const TRIES = 9;
const LONGEST_PAUSE = 8000;

export class Refused extends Error {
  constructor(status, code, message) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

export class Service {
  constructor({ origin, key, visitor }) {
    this.origin = origin;
    this.key = key;
    this.visitor = visitor;
  }

  async call(path, { method = 'GET', body, headers = {}, signal } = {}) {
    const reply = await fetch(`${this.origin}/v1/widget/${path}`, {
      method,
      signal,
      credentials: 'omit',
      cache: 'no-store',
      referrerPolicy: 'strict-origin',
      headers: {
        authorization: `Bearer ${this.key}`,
        ...(this.visitor && { 'x-footnote-visitor': this.visitor }),
        ...(body && { 'content-type': 'application/json' }),
        ...headers,
      },
      body: body && JSON.stringify(body),
    });
    if (reply.ok) return reply;
    const problem = await reply.json().catch(() => ({}));
    const refused = new Refused(reply.status, problem.code ?? 'failed', problem.detail ?? '');
    refused.after = Number(reply.headers.get('retry-after')) || undefined;
    throw refused;
  }

  async begin(question, datanets, key, signal) {
    const body = { question, datanets };
    const headers = { 'idempotency-key': key };
    const reply = await this.call('answers', { method: 'POST', body, headers, signal });
    return (await reply.json()).id;
  }

  // Every event once, in order; returns at the last one.
  async read(id, last, on, signal) {
    const headers = last === undefined ? {} : { 'last-event-id': String(last) };
    const reply = await this.call(`answers/${id}/events`, { headers, signal });
    const reader = reply.body.pipeThrough(new TextDecoderStream()).getReader();
    let kept = '';
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      kept += value;
      const parts = kept.split('\n\n');
      kept = parts.pop();
      for (const part of parts) {
        const event = parse(part);
        if (event) on(event);
      }
    }
  }

  async questions(datanets, language) {
    const about = new URLSearchParams({ datanets: datanets.join(','), lang: language });
    const reply = await this.call(`questions?${about}`);
    return (await reply.json()).data;
  }

  feedback(id, good) {
    return this.call(`answers/${id}/feedback`, { method: 'POST', body: { good } });
  }

  erase(id) {
    return this.call(`answers/${id}`, { method: 'DELETE' });
  }
}

function parse(part) {
  const event = {};
  for (const line of part.split('\n')) {
    const at = line.indexOf(': ');
    if (at > 0) event[line.slice(0, at)] = line.slice(at + 2);
  }
  if (event.data === undefined) return undefined;
  return { id: Number(event.id), name: event.event, data: JSON.parse(event.data) };
}

// Whether trying again can help: nobody answered, or somebody said "in a moment".
function passing(error) {
  return !(error instanceof Refused) || [409, 502, 503, 504].includes(error.status);
}

function pause(milliseconds, signal) {
  return new Promise((resolve, reject) => {
    const end = () => {
      clearTimeout(timer);
      removeEventListener('online', end);
      if (signal.aborted) reject(signal.reason);
      else resolve();
    };
    const timer = setTimeout(end, milliseconds);
    // A network that is back need not be waited for.
    addEventListener('online', end, { once: true });
    signal.addEventListener('abort', end, { once: true });
  });
}

// Follows one turn to its end. `turn` keeps what is known ({question, key, id, last}), so that a turn
// that was given up is taken up again by calling this again.
export async function follow(service, turn, { on, onLost, datanets, signal }) {
  for (let tries = 0; ;) {
    try {
      turn.id ??= await service.begin(turn.question, datanets, turn.key, signal);
      await service.read(turn.id, turn.last, (event) => {
        tries = 0;
        turn.last = event.id;
        if (event.name === 'done' || event.name === 'failed') turn.ended = true;
        on(event);
      }, signal);
      if (turn.ended) return;
    } catch (error) {
      if (signal.aborted || !passing(error)) throw error;
    }
    tries += 1;
    if (tries > TRIES) throw new Refused(0, 'unreachable', '');
    onLost();
    await pause(Math.min(300 * 2 ** tries, LONGEST_PAUSE), signal);
  }
}
