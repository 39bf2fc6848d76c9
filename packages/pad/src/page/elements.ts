/** An element that the page has. */
export function element<Type extends HTMLElement>(id: string, type: new () => Type): Type {
  const found = document.getElementById(id);
  if (found instanceof type) return found;
  throw new Error(`the page has no ${id}`);
}

/** A line of a list, with a dot where a colour is given. Text stays text, whoever sent it. */
export function line(text: string, colour?: string): HTMLLIElement {
  const item = document.createElement('li');
  if (colour !== undefined) {
    const dot = document.createElement('span');
    dot.className = 'dot';
    dot.style.backgroundColor = colour;
    item.append(dot);
  }
  item.append(text);
  return item;
}
