// Signing in with the browser's wallet, and copying a key. Without this file both are done by hand.

const wallet = window.ethereum;

function tell(place, text) {
  place.querySelector('[role="status"]').textContent = text;
}

// Asks the wallet; a person who says no is no fault.
async function ask(place, method, params) {
  try {
    return await wallet.request({ method, params });
  } catch (error) {
    tell(place, error?.code === 4001 ? place.dataset.refused : `${place.dataset.says} ${error?.message ?? error}`);
    return undefined;
  }
}

async function choose(place) {
  const accounts = await ask(place, 'eth_requestAccounts', []);
  if (accounts?.[0]) location.assign(`/sign-in?address=${encodeURIComponent(accounts[0].toLowerCase())}`);
}

async function sign(place, form) {
  const message = form.elements.message.value;
  const bytes = new TextEncoder().encode(message);
  const hex = `0x${Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
  const signature = await ask(place, 'personal_sign', [hex, form.dataset.sign]);
  if (!signature) return;
  form.elements.signature.value = signature;
  form.requestSubmit();
}

for (const place of document.querySelectorAll('[data-wallet]')) {
  if (!wallet) continue;
  place.hidden = false;
  const form = place.closest('form');
  place.querySelector('button').addEventListener('click', () => {
    if ('sign' in form.dataset) sign(place, form);
    else choose(place);
  });
}

for (const button of document.querySelectorAll('[data-copy-text]')) {
  button.hidden = !navigator.clipboard;
  button.addEventListener('click', async () => {
    await navigator.clipboard.writeText(button.dataset.copyText);
    button.textContent = button.dataset.copied;
  });
}
