// What a site puts in its pages: <script async src="…/widget.js" data-key="pk_…">. It fetches the chat
// when the browser has nothing better to do, and stores and shows nothing itself.
(() => {
  const script = document.currentScript;
  if (!script) return;
  const { origin } = new URL(script.src);
  const settings = { origin, ...script.dataset };

  async function begin() {
    try {
      const chat = await import(`${origin}/* module */`);
      chat.start(settings);
    } catch (error) {
      console.warn('Footnote: the chat could not be loaded', error);
    }
  }

  function idle() {
    if ('requestIdleCallback' in window) requestIdleCallback(begin, { timeout: 2000 });
    else setTimeout(begin, 200);
  }

  if (document.readyState === 'complete') idle();
  else addEventListener('load', idle, { once: true });
})();
