"""What surrounds a saved article and is no part of it: advertising, sharing, cookies, newsletters, comments, footers.

The patterns stand here and nowhere else. Each is matched against a whole line, in any case. A sentence that merely
speaks of advertising or comments matches none of them.
"""

from __future__ import annotations

import re

SITE = r"(?:https?://)?(?:www\.)[\w-]+(?:\.[\w-]+)+\S*"
SOCIAL = (
    r"(?:facebook|twitter|x|linkedin|whats\s?app|telegram|reddit|pinterest|e-?mail|messenger|line|viber"
    r"|instagram|tiktok|youtube|rss|print|copy(?: link)?|tweet|share|pin(?: it)?|post|mail)"
)

# Alone enough to drop the line.
ALWAYS = (
    # advertising
    r"(?:(?:top|bottom|above|below|before|after|middle|in|header|footer|sidebar)[- ])?(?:(?:post|article|page"
    r"|content)[- ])?(?:ads?|adverts?|advertisements?)(?:[- ](?:area|space|slot|here|banner|unit|block"
    r"|placeholder|\d+))?:?",
    r"[-–—*\s]*advertisement[-–—*:\s]*(?:(?:continue reading|scroll|story continues|article continues).{0,40})?",
    r"(?:story|article|content|page) continues (?:below|after).{0,40}",
    r"(?:sponsored|promoted|paid)(?: (?:content|post|links?|stories|by .{1,40}))?",
    r"(?:scroll|swipe) (?:down )?(?:to|for) (?:continue|more|read).{0,40}",
    r"continue reading(?: (?:below|the main story|.{0,60}→))?\W*",
    r"(?:remove|hide|report|skip|close) (?:this )?ads?",
    r"why am i seeing this.{0,20}",
    r"go ad-?free.{0,60}",
    # sharing and following
    r"share(?: (?:this|it|now|via|on|with)\b[^.!?]{0,60})?:?",
    r"tweet(?: this)?",
    r"print(?: this)?(?: (?:page|article))?",
    rf"{SOCIAL}(?:[\s|,/·•-]+(?:and\s+)?{SOCIAL})+",
    rf"(?:share|tweet|post|pin|send|save) (?:this |it )?(?:article |story |page )?(?:on|to|via|by"
    rf"|with) {SOCIAL}.{{0,40}}",
    r"(?:click|tap) (?:here )?to (?:share|tweet|print|e-?mail|copy|open|read|subscribe|join|follow).{0,80}",
    r"(?:follow|like|find|join|connect with) us (?:on|@) [^.!?]{1,100}[.!]?",
    r"(?:copy|get) (?:the )?(?:link|url|address)",
    r"link copied.{0,30}",
    r"save(?: for later| article)",
    r"(?:join|subscribe to|follow) (?:us|our) (?:on )?.{0,40}(?:channel|group|page)\b.{0,40}",
    r"\d[\d.,]*\s?[km]? (?:shares?|views?|likes?|reads?|reactions?|claps?)",
    # cookies and consent
    r"(?:we(?: and our (?:\d+ )?(?:partners|vendors))?|this (?:web)?site|our (?:web)?site"
    r"|\S+\.\w{2,6}) uses? cookies\b.{0,600}",
    r"we (?:value|respect|care about) your privacy\b.{0,600}",
    r"by (?:continuing|clicking|using|browsing|visiting|signing up|subscribing"
    r"|submitting)\b[^.]{0,160}\byou (?:agree|consent|accept|acknowledge)\b.{0,400}",
    r"(?:accept|reject|allow|decline|deny)(?: and (?:continue|close)| all(?: (?:optional "
    r"|non-essential )?cookies)?| cookies)",
    r"(?:manage|customi[sz]e|change|show|more) (?:my |your )?(?:cookies?|cookie settings|preferences|options"
    r"|consent|choices|purposes)",
    r"(?:cookie|privacy|consent) (?:settings|preferences|notice|policy|choices|statement)",
    r"got it!?",
    r"i (?:agree|accept)",
    r"do not sell (?:or share )?my personal (?:information|data)",
    # newsletters and subscriptions
    r"(?:sign up|subscribe|register)\b.{0,80}\b(?:newsletters?|inbox|mailing list|e-?mails?|updates"
    r"|alerts)\b.{0,120}",
    r"(?:get|receive|have) (?:the |our |all |more |daily |weekly |breaking ).{0,120}\b(?:in|to"
    r"|into) your inbox\b.{0,80}",
    r"our (?:free )?(?:daily |weekly )?newsletter",
    r"newsletter(?: sign[- ]?up)?",
    r"stay (?:informed|updated|in the loop)\W*",
    r"(?:enter |type )?(?:your )?e-?mail(?: address)(?: here)?[ *:]*",
    r"enter (?:your )?e-?mail[ *:]*",
    r"(?:no spam\b.{0,60}|you can unsubscribe\b.{0,60}|unsubscribe (?:at )?any ?time\b.{0,40}|unsubscribe)",
    r"(?:thank you|thanks) for (?:subscribing|signing up).{0,60}",
    r"subscribe(?: now| today| here)!?",
    r"sign me up!?",
    r"(?:already a (?:subscriber|member)|have an account)\??.{0,40}",
    r"(?:start|try) your (?:free )?trial.{0,60}",
    r"this (?:article|story|content) is (?:for|available to|reserved for) (?:subscribers|members).{0,60}",
    r"(?:download|get) (?:the|our) .{0,30}\bapp\b.{0,60}",
    # other articles
    r"[\[(•►▶»*-]*\s*(?:read|see)(?: (?:more|also|next|this))(?: (?:here|on this|about this))?\s*(?:[:"
    r"|»→–-].{0,200})?[\])»→….]*",
    r"[\[(•►▶»*-]*\s*(?:also read|related(?: (?:article|story|news|post|reading))?|more on this(?: story)?"
    r"|must read|don['’]t miss|you may (?:also )?like|in case you missed it|editor['’]s picks?)\s*[:"
    r"|»→–-]\s*.{1,200}",
    r"(?:previous|next|older|newer) (?:article|post|story|page)s?\b.{0,160}",
    # comments
    r".{0,40}don['’]?t spam\b.{0,120}",
    r".{0,60}comments? (?:are|will be) (?:reviewed|moderated|subject to)\b.{0,80}",
    r"\d[\d.,]*\s?k? (?:comments?|responses?|replies)",
    r"comments? ?\(?\d+\)?",
    r"no comments?(?: yet)?",
    # chat widgets, author cards, players, site furniture
    r"(?:hi|hello|hey)\b.{0,30}\b(?:can|may|could) (?:i|we) help you\b.{0,160}",
    r"how can (?:i|we) help(?: you)?(?: today)?\?",
    r"(?:chat|message|contact|talk to|text)(?: us| now| with us)?(?: on| via| by)? (?:whats\s?app|messenger"
    r"|telegram|line)\b.{0,20}",
    r"(?:powered|hosted|theme|comments) by (?:blogger|wordpress|ghost|squarespace|wix|disqus|google"
    r"|themeisle)\b.{0,40}",
    r"(?:editor|admin|author|staff)?\s*welcome to (?:the )?(?:www\.)?[\w-]+(?:\.[\w-]+)+\W*",
    r"(?:listen to|watch|play|hear) this (?:article|story|post|video)\b.{0,40}",
    r"audio version",
    r"your browser does not support.{0,80}",
    r"\d{1,3}[- ]min(?:ute)?s? read",
    r"(?:reading|read) time\s*:?.{0,30}",
    r"loading\W*",
    r"please wait\W*",
    r"(?:skip|jump) to (?:main )?(?:content|navigation|search)",
    r"(?:back|return|go) to (?:the )?(?:top|home|homepage)\W*",
    r"(?:tags?|filed under|categories|posted in|tagged(?: with)?)\s*:.{0,200}",
    # footers
    r"(?:©|\(c\)|&copy;|copyright\s*(?:©|\(c\)|\d{4})).{0,200}",
    r".{0,120}\ball rights reserved(?:\s*[.,|·–-].{0,100})?",
    # a site's banner: its address, and a few words that end no sentence
    rf"\W*{SITE}(?:\s+[^\W\d][^.!?]{{0,60}})?\W*",
)

# Dropped only beside another line that is dropped, since an article may use them as a heading.
BESIDE_OTHERS = (
    rf"{SOCIAL}",
    r"home|menu|search|log ?in|sign ?in|sign ?up|register|subscribe|news|about(?: us)?|contact(?: us)?|help"
    r"|faq|more|close|open",
    r"avatar|author|admin|editor|by admin|posted by.{0,40}|view all posts.{0,40}|profile|edit|reply|report"
    r"|like|follow",
    r"terms(?: (?:of|and|&) .{1,30})?",
    r"privacy",
    r"advertise(?: with us)?",
    r"careers",
    r"sitemap",
    r"accessibility",
    r"disclaimer",
    r"feedback",
    r"latest(?: news)?|trending(?: now)?|popular|most read|archives?|gallery|videos?|photos?|login / register"
    r"|whats\s?app",
    r"name|e-?mail|website|message|submit|send|cancel|ok|yes|no|save|[«‹←]? ?(?:next|previous) ?[»›→]?|accept"
    r"|reject|decline|shop|join|donate|support us",
)

# Everything from here on is comments, where the article stands before it.
COMMENT_BOX = (
    r"(?:post|leave|add|write|submit) (?:a|your) (?:comment|reply|response|thought)s?(?: (?:below|here"
    r"|cancel reply))?\W*",
    r"\d[\d.,]*\s?k? (?:comments?|responses?|replies)",
    r"\d[\d.,]*\s?k? (?:comments?|thoughts?) on [^.!?]{1,200}",
    r"no comments(?: yet)?",
    r"comments? ?\(\d+\)",
    r"(?:join|start) the (?:conversation|discussion)\W*",
    r"be the first to (?:comment|reply|share).{0,60}",
    r"have your say\W*",
    r"(?:show|view|load|see|read|hide) (?:all |more |\d+ )?comments?\W*",
    r"comments? (?:are )?(?:closed|section|policy)\W*",
    r"(?:log|sign) ?in to (?:leave a )?(?:comment|reply)\W*",
    r"your e-?mail address will not be published.{0,80}",
)

# Followed by titles of other articles, up to where prose begins again.
OTHER_ARTICLES = (
    r"(?:related|recommended|similar|popular|latest|trending|top|more|other|recent|featured|further)"
    r"(?: from .{1,40}|(?: news)? (?:articles?|stories|story|posts?|news|reading|reads|content|topics"
    r"|coverage))\W*",
    r"you (?:may|might|will)(?: also)? (?:like|enjoy|be interested in)\W*",
    r"recommended for you\W*",
    r"read (?:next|also|more)\W*:?",
    r"(?:more|what) (?:to read|for you|stories|like this)(?: next)?\W*",
    r"don['’]t miss\W*",
    r"most (?:read|popular|viewed)\W*",
    r"editors?['’]s? picks?\W*",
    r"(?:from|around) (?:the|our) (?:web|partners|archive|network)\W*",
    r"(?:also|elsewhere) on (?:this site|the web)\W*",
)


def _any_of(patterns: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.IGNORECASE)


_ALWAYS, _BESIDE = _any_of(ALWAYS), _any_of(BESIDE_OTHERS)
_COMMENTS, _OTHERS = _any_of(COMMENT_BOX), _any_of(OTHER_ARTICLES)
_LONGEST = 900


def is_furniture(line: str) -> bool:
    """Whether the line alone is enough to be dropped."""
    return len(line) <= _LONGEST and bool(_ALWAYS.fullmatch(line))


def is_furniture_beside(line: str) -> bool:
    """Whether the line is dropped beside another that is; so is a line without a letter or digit."""
    return len(line) <= _LONGEST and (bool(_BESIDE.fullmatch(line)) or not any(map(str.isalnum, line)))


def opens_comments(line: str) -> bool:
    """Whether a comment box begins with this line."""
    return len(line) <= _LONGEST and bool(_COMMENTS.fullmatch(line))


def opens_other_articles(line: str) -> bool:
    """Whether titles of other articles follow this line."""
    return len(line) <= _LONGEST and bool(_OTHERS.fullmatch(line))
