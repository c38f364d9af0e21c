// The API's page: sends what the form says and shows what comes back.

const SHOWN_MOST = 20000;

function address(form) {
  const fields = new FormData(form);
  const path = form.dataset.path.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(fields.get(name)));
  const query = new URLSearchParams();
  for (const { name, value } of form.querySelectorAll('[data-query]')) if (value) query.set(name, value);
  return query.size ? `${path}?${query}` : path;
}

async function send(form) {
  const body = form.querySelector('[data-body]')?.value;
  const headers = body === undefined ? {} : { 'content-type': 'application/json' };
  const reply = await fetch(address(form), { method: form.dataset.method, headers, body });
  const text = await reply.text();
  let shown = text;
  try { shown = JSON.stringify(JSON.parse(text), null, 2); } catch { /* it is no JSON: as it is */ }
  if (shown.length > SHOWN_MOST) shown = `${shown.slice(0, SHOWN_MOST)}\n…`;
  return `${reply.status} ${reply.statusText}\nx-request-id: ${reply.headers.get('x-request-id')}\n\n${shown}`;
}

for (const form of document.querySelectorAll('[data-try]')) {
  const button = form.querySelector('button');
  const result = form.parentElement.querySelector('[data-result]');
  button.hidden = false;
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    button.disabled = true;
    try {
      result.textContent = await send(form);
    } catch {
      result.textContent = form.dataset.failed;
    }
    result.hidden = false;
    button.disabled = false;
  });
}

// A link to an operation opens it.
function unfold() {
  const wanted = document.getElementById(location.hash.slice(1));
  if (wanted?.matches('details')) wanted.open = true;
}
addEventListener('hashchange', unfold);
unfold();
