// The list of chats, the head of the one that is open, and whom the page speaks as.

import { byId, element } from "./elements.js";
import { aim } from "./messages.js";
import { activeChat, messagesOf, speaker, store } from "./store.js";

const initials = (title) => title.split(/\s+/).map((word) => word[0] ?? "").join("").slice(0, 2).toUpperCase();

export function showChats(open) {
  const focused = document.activeElement?.closest?.("#chats button")?.dataset.chat;
  byId("chats").replaceChildren(...store.chats.map((chat) => chatItem(chat, open)));
  if (focused) byId("chats").querySelector(`[data-chat="${Number(focused)}"]`)?.focus();
}

function chatItem(chat, open) {
  const unread = store.unread.get(chat.id) ?? 0;
  const last = messagesOf(chat.id).at(-1);
  const button = element("button", { type: "button", "data-chat": chat.id });
  if (chat.id === store.active) button.setAttribute("aria-current", "true");
  button.append(
    element("span", { className: `avatar ${chat.type}`, "aria-hidden": "true" }, initials(chat.title)),
    element("b", {}, chat.title),
    unread ? element("span", { className: "unread", "aria-label": `${unread} unread` }, String(unread)) : "",
    element("small", {}, last ? (last.service ?? (last.text || last.file?.name || "")).slice(0, 80) : "no messages yet"),
  );
  button.addEventListener("click", () => open(chat.id));
  return element("li", {}, button);
}

let typingEnds = 0;

export function showHead() {
  const chat = activeChat();
  byId("title").textContent = chat.title;
  byId("avatar").textContent = initials(chat.title);
  byId("avatar").className = `avatar ${chat.type}`;
  const usual = chat.type === "private" ? `bot · @${store.bot.username}` : `${chat.members} members, one of them the bot`;
  const subtitle = byId("subtitle");
  if (chat.typing) {
    const dots = element("span", { className: "dots", "aria-hidden": "true" }, element("span"), element("span"), element("span"));
    if (!subtitle.querySelector(".dots")) subtitle.replaceChildren(`${store.bot.name} is typing`, dots);
    clearTimeout(typingEnds);
    typingEnds = setTimeout(() => (subtitle.textContent = usual), 6000);
  } else if (subtitle.textContent !== usual) subtitle.textContent = usual;
  showPinned(chat);
}

function showPinned(chat) {
  const pinned = byId("pinned");
  const message = chat.pinned && messagesOf(chat.id).find((one) => one.id === chat.pinned);
  pinned.hidden = !message;
  if (!message) return;
  pinned.textContent = `Pinned: ${message.text.slice(0, 120)}`;
  pinned.onclick = () => aim(message.number);
}

export function showSpeakers() {
  const chat = activeChat();
  byId("speaking").hidden = chat.speakers.length < 2;
  const chosen = speaker().role;
  byId("speaker").replaceChildren(
    ...chat.speakers.map((one) => element("option", { value: one.role, selected: one.role === chosen }, one.label)),
  );
}
