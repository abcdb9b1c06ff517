// What the page knows: the chats and messages that came, and which of them is looked at.

import { element } from "./elements.js";

export const store = {
  bot: { name: "", username: "", description: "" },
  chats: [],
  messages: new Map(),
  active: null,
  roles: new Map(),
  unread: new Map(),
  suggestions: [],
  days: [],
  readable: false,
  ahead: 0,
  serial: 0,
};

/** Takes in a snapshot; gives the messages of the active chat that changed, in order. */
export function take(news, first) {
  store.serial = news.serial;
  store.bot = news.bot;
  store.chats = news.chats;
  store.ahead = Date.parse(news.now) - Date.now();
  if (store.active === null) store.active = news.chats[0].id;
  for (const message of news.messages) {
    if (!store.messages.has(message.chat)) store.messages.set(message.chat, new Map());
    const known = store.messages.get(message.chat);
    const isNew = !known.has(message.number);
    if (message.deleted) known.delete(message.number);
    else known.set(message.number, message);
    if (isNew && !first && !message.deleted && !message.mine && message.chat !== store.active)
      store.unread.set(message.chat, (store.unread.get(message.chat) ?? 0) + 1);
  }
  return news.messages.filter((message) => message.chat === store.active);
}

export const activeChat = () => store.chats.find((chat) => chat.id === store.active);

export const messagesOf = (chatId) =>
  [...(store.messages.get(chatId)?.values() ?? [])].sort((a, b) => a.number - b.number);

/** Whom the page speaks as in the active chat. */
export function speaker() {
  const chat = activeChat();
  const role = store.roles.get(chat.id);
  return chat.speakers.find((one) => one.role === role) ?? chat.speakers[0];
}

/** The sandbox's present, which goes on by itself between two events. */
export const present = () => new Date(Date.now() + store.ahead);

const time = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: "UTC" });
const day = new Intl.DateTimeFormat("en-GB", { weekday: "short", day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });

export const timeOf = (moment) => time.format(moment);
export const dayOf = (moment) => day.format(moment);
export const timeElement = (moment) =>
  element("time", { dateTime: moment.toISOString(), title: `${dayOf(moment)}, ${timeOf(moment)} UTC` }, timeOf(moment));
