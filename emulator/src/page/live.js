// Keeps what is marked data-live as the server has it now. Without this script the page shows what was so when it was opened.
const box = document.getElementById('live');
const parts = () => document.querySelectorAll('[data-live]');

/** Whether somebody is in the middle of something there. */
function busy(part) {
  const selected = getSelection();
  return part.contains(document.activeElement) || part.querySelector('details[open]') !== null
    || (selected !== null && !selected.isCollapsed && part.contains(selected.anchorNode));
}

async function refresh() {
  if (box?.checked !== true || document.hidden) return;
  const response = await fetch(location.href, { headers: { accept: 'text/html' } });
  if (!response.ok) return;
  const page = new DOMParser().parseFromString(await response.text(), 'text/html');
  for (const part of parts()) {
    const now = page.getElementById(part.id);
    if (now !== null && !busy(part) && now.innerHTML !== part.innerHTML) part.replaceChildren(...now.childNodes);
  }
}

async function run() {
  try {
    await refresh();
    document.body.classList.remove('gone');
  } catch {
    document.body.classList.add('gone'); // The emulator has stopped.
  }
  setTimeout(run, 1000);
}

setTimeout(run, 1000);
