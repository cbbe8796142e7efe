// The site's search and its list of pages on narrow screens. Without it all pages can still be read.
(() => {
  const MOST_FOUND = 12;
  const EXCERPT_CHARACTERS = 140;
  const field = document.querySelector('#search');
  const list = document.querySelector('#found');
  const status = document.querySelector('#found-status');
  document.documentElement.classList.add('has-script');
  // Without a script the list of pages stays open.
  document.querySelector('nav details').open = !matchMedia('(max-width: 52rem)').matches;

  const wordsOf = (text) => text.toLowerCase().match(/[\p{L}\p{N}_-]+/gu) ?? [];

  /** Each word must occur; in a title it counts more, at the beginning of a word more than within one. */
  function scoreOf(words, title, text) {
    let score = 0;
    for (const word of words) {
      const inTitle = title.indexOf(word);
      const inText = text.indexOf(word);
      if (inTitle < 0 && inText < 0) return 0;
      const isBeginning = (where, at) => at === 0 || (at > 0 && !/[\p{L}\p{N}_]/u.test(where[at - 1]));
      if (inTitle >= 0) score += isBeginning(title, inTitle) ? 12 : 6;
      if (inText >= 0) score += isBeginning(text, inText) ? 2 : 1;
    }
    return score;
  }

  function search(question) {
    const words = wordsOf(question);
    const { pages, sections } = window.slungTexts;
    if (words.length === 0) return [];
    return sections
      .map(([page, anchor, title, text], i) => ({
        i,
        address: pages[page][0] + (anchor === '' ? '' : `#${anchor}`),
        page: pages[page][1],
        title: title || pages[page][1],
        text,
        score: scoreOf(words, `${title} ${pages[page][1]}`.toLowerCase(), text.toLowerCase()),
      }))
      .filter(({ score }) => score > 0)
      .sort((a, b) => b.score - a.score || a.i - b.i)
      .slice(0, MOST_FOUND);
  }
  window.slungSearch = search;

  function excerpt(text, word) {
    const at = Math.max(0, text.toLowerCase().indexOf(word) - EXCERPT_CHARACTERS / 3);
    return `${at > 0 ? '… ' : ''}${text.slice(at, at + EXCERPT_CHARACTERS)}${at + EXCERPT_CHARACTERS < text.length ? ' …' : ''}`;
  }

  function show() {
    const found = search(field.value);
    const [first = ''] = wordsOf(field.value);
    list.replaceChildren(
      ...found.map(({ address, page, title, text }) => {
        const item = document.createElement('li');
        const link = document.createElement('a');
        link.href = address;
        const name = document.createElement('b');
        name.textContent = title === page ? title : `${page}: ${title}`;
        const part = document.createElement('span');
        part.textContent = excerpt(text, first);
        link.append(name, part);
        item.append(link);
        return item;
      }),
    );
    list.hidden = field.value.trim() === '';
    status.textContent = list.hidden ? '' : found.length === 0 ? 'Nothing found' : `${found.length} places found`;
    status.classList.toggle('shown', !list.hidden && found.length === 0);
  }

  field.addEventListener('input', show);
  field.addEventListener('keydown', (event) => {
    if (event.key === 'Enter') list.querySelector('a')?.click();
    if (event.key === 'ArrowDown') list.querySelector('a')?.focus();
  });
  list.addEventListener('keydown', (event) => {
    const links = [...list.querySelectorAll('a')];
    const at = links.indexOf(document.activeElement);
    if (event.key === 'ArrowDown') links[Math.min(at + 1, links.length - 1)]?.focus();
    else if (event.key === 'ArrowUp') (links[at - 1] ?? field).focus();
    else return;
    event.preventDefault();
  });
  document.addEventListener('keydown', (event) => {
    if (event.key === '/' && document.activeElement !== field) {
      field.focus();
      event.preventDefault();
    } else if (event.key === 'Escape' && !list.hidden) {
      field.value = '';
      show();
      field.focus();
    }
  });
  document.addEventListener('click', (event) => {
    if (!event.target.closest('.search')) list.hidden = true;
  });
})();
