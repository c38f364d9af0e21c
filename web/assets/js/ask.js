// The ask box: Enter asks, Shift+Enter makes a new line, the box grows with the question. Without
// this file it is a plain form.

function grow(field) {
  field.style.height = 'auto';
  field.style.height = `${Math.min(field.scrollHeight, innerHeight / 3)}px`;
}

for (const form of document.querySelectorAll('form[data-ask]')) {
  const field = form.elements.question;
  const button = form.querySelector('button');
  field.addEventListener('input', () => grow(field));
  field.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    if (field.value.trim()) form.requestSubmit(button);
  });
  form.addEventListener('submit', () => {
    button.setAttribute('aria-busy', 'true');
    button.disabled = true;
  });
  if (field.value) grow(field);
}

// A page that comes back out of the browser's memory may be asked again.
addEventListener('pageshow', () => {
  for (const button of document.querySelectorAll('form[data-ask] button')) {
    button.disabled = false;
    button.removeAttribute('aria-busy');
  }
});

// A question proposed below an answer, or one that failed, goes into the box below it.
document.addEventListener('click', (event) => {
  const next = event.target.closest('[data-ask-next], [data-ask-again]');
  const field = document.querySelector('form[data-ask] textarea');
  if (!next || !field || event.metaKey || event.ctrlKey) return;
  event.preventDefault();
  const asked = 'askAgain' in next.dataset ? document.querySelector('h1') : next;
  field.value = asked.textContent.trim();
  grow(field);
  field.form.requestSubmit(field.form.querySelector('button'));
});
