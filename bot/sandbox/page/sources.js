// The sources beside the chat: what is new, all of them, and the text of one to check an answer by.

import { byId, element } from "./elements.js";
import { ask } from "./live.js";
import { store } from "./store.js";

const panel = byId("sources");
const list = byId("source-list");
const NEW = 40;
let sources = [];
let showsNew = true;
let opener = null;

export function startSources() {
  byId("show-sources").addEventListener("click", (event) => (panel.hidden ? open(event.target) : close()));
  byId("close-sources").addEventListener("click", close);
  byId("show-new").addEventListener("click", () => choose(true));
  byId("show-all").addEventListener("click", () => choose(false));
  byId("filter").addEventListener("input", show);
  panel.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
  });
  refresh();
}

/** Loads the sources again: after the clock moved, or when the panel is opened. */
export async function refresh() {
  try {
    sources = (await ask("/sandbox/sources")).sources;
  } catch (error) {
    byId("sources-count").textContent = `The sources cannot be read: ${error.message}`;
    return;
  }
  show();
}

async function open(from) {
  opener = from;
  panel.hidden = false;
  byId("show-sources").setAttribute("aria-expanded", "true");
  byId("close-sources").focus();
  await refresh();
}

function close() {
  panel.hidden = true;
  byId("show-sources").setAttribute("aria-expanded", "false");
  opener?.focus();
}

function choose(isNew) {
  showsNew = isNew;
  byId("show-new").setAttribute("aria-pressed", String(isNew));
  byId("show-all").setAttribute("aria-pressed", String(!isNew));
  show();
}

const plain = (address) => {
  try {
    return new URL(address).href.replace(/#.*$/, "");
  } catch {
    return null;
  }
};

/** Opens the panel at the source of an address; false when it is none of ours. */
export function openSource(address, from) {
  const found = sources.find((source) => source.url && plain(source.url) === plain(address));
  if (!found) return false;
  byId("filter").value = "";
  choose(false);
  opener = from;
  panel.hidden = false;
  byId("show-sources").setAttribute("aria-expanded", "true");
  const node = list.querySelector(`[data-source="${CSS.escape(found.source_id)}"]`);
  node.classList.add("aimed");
  node.scrollIntoView({ block: "start" });
  node.focus({ preventScroll: true });
  if (store.readable) read(found, node);
  return true;
}

function show() {
  const words = byId("filter").value.toLowerCase().split(/\s+/).filter(Boolean);
  const live = sources.filter((source) => source.state !== "withdrawn");
  const chosen = showsNew ? newest(live) : [...live].sort((a, b) => a.title.localeCompare(b.title));
  const fitting = chosen.filter((source) => words.every((word) => searchable(source).includes(word)));
  const what = showsNew ? "newest first" : "in the library";
  byId("sources-count").textContent = fitting.length ? `${fitting.length} ${what}` : showsNew ? "Nothing new is known at this time." : "No source fits.";
  const nodes = [];
  let day = null;
  for (const source of fitting) {
    const known = showsNew ? source.known_at.slice(0, 10) : null;
    if (known !== day) nodes.push(element("h3", { className: "when" }, `Known since ${(day = known)}`));
    nodes.push(sourceNode(source));
  }
  list.replaceChildren(...nodes);
}

const newest = (live) =>
  live.filter((source) => source.known_at).sort((a, b) => b.known_at.localeCompare(a.known_at)).slice(0, NEW);

const searchable = (source) =>
  [source.title, source.publisher, source.published, source.kind, source.standing, ...(source.topics ?? [])].join(" ").toLowerCase();

function sourceNode(source) {
  const facts = [
    source.publisher,
    source.standing,
    source.kind === "brief" ? "our summary of their report" : source.kind,
    source.published ?? (source.about ? `undated, about ${source.about}` : "undated"),
    source.language,
  ];
  const node = element("article", { className: "source", "data-source": source.source_id, tabIndex: -1 });
  node.append(element("h4", { dir: "auto" }, source.title), element("p", { className: "facts" }, facts.filter(Boolean).join(" · ")));
  if (source.origin && source.origin !== source.source_id)
    node.append(element("p", { className: "facts" }, `Retells: ${source.origin}`));
  const links = element("p", { className: "links" });
  if (store.readable) {
    const button = element("button", { type: "button", "aria-expanded": "false" }, "Read");
    button.addEventListener("click", () => read(source, node));
    links.append(button);
  }
  if (/^https?:/.test(source.url ?? ""))
    links.append(element("a", { href: source.url, target: "_blank", rel: "noopener noreferrer" }, "Open the original"));
  node.append(links);
  return node;
}

async function read(source, node) {
  const button = node.querySelector(".links button");
  const shown = node.querySelector(".source-text");
  if (shown) {
    shown.remove();
    button.setAttribute("aria-expanded", "false");
    return;
  }
  let words;
  try {
    const { text } = await ask(`/sandbox/sources/${encodeURIComponent(source.source_id)}`);
    words = text ?? "Its text is not kept in the library.";
  } catch (error) {
    words = error.message;
  }
  node.append(element("div", { className: "source-text", tabIndex: 0, dir: "auto", role: "region", "aria-label": `Text of ${source.title}` }, words));
  button.setAttribute("aria-expanded", "true");
}
