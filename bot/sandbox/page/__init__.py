"""The page in the browser: a private chat and a team group with the bot, over the local Telegram."""
