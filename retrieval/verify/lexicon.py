"""The closed word lists of the checks: English function words, negators, hedges, verbs of saying. No story's words."""

from __future__ import annotations


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


BE = _set("am is are was were be been being")
AUXILIARIES = BE | _set("have has had having do does did")
MODALS = _set("may might can could will would shall should must ought")
# Free in a claim: they may come and go.
FREE = AUXILIARIES | _set("a an the this these that there also then such own ever s")
JOINING = _set("and but while whereas")
# Words that say how two things hang together: they stand in the claim where they stand in the quote.
HINGES = _set(
    "by from to into onto toward towards against for with within in on at near inside outside under over above below "
    "between among through across along about via per of off than as like or if unless whether because since until "
    "till before after during despite although though when where who whom whose which instead upon so up down out "
    "around behind beside besides beyond except amid alongside"
)
HINGE_CLASS = {
    "within": "in", "on": "in", "at": "in", "inside": "in", "upon": "in", "into": "to", "onto": "to", "toward": "to",
    "towards": "to", "till": "until", "though": "although", "whom": "who",
}  # fmt: skip
# Before a date only these tell: in, on, at and during do not.
DATE_HINGES = _set("by from to since until before after between through than about around")
# These may not be left out where a piece of a claim begins.
KEPT_HINGES = _set("about around over under above below except instead than unlike")
CLAUSE_OPENERS = JOINING | _set(
    "because although though when before after if unless whether which who whom whose where until since so"
)

NEGATORS = _set(
    "not no never without nor neither none nobody nothing nowhere cannot cant hardly scarcely barely rarely seldom"
)
NEGATIVE_WORDS = _set(
    "denied denies deny denying fail fails failed failing refused refuses refuse refusing rejected rejects reject "
    "rejecting lack lacks lacked lacking unable false falsely untrue incorrect halted ceased stopped declined "
    "abandoned cancelled canceled disputed disputes dispute dismissed dismisses ruled prevented prevents blocked "
    "avoided"
)

CONDITIONS = _set("if unless whether")
QUANTIFIERS = _set(
    "some most many few several all every each both any only mostly partly largely mainly partially almost nearly "
    "virtually least about around roughly approximately"
)
NARROWING = _set(
    "former acting deputy vice fake failed attempted so-called partial temporary temporarily half-built interim "
    "would-be ex"
)
HEDGES = _set(
    "reportedly allegedly apparently apparent alleged purported purportedly supposedly supposed presumably perhaps "
    "possibly possible probable probably likely unlikely potentially potential expected expects expect planned plans "
    "planning plan claimed claims claim claiming estimated estimates estimate unverified unconfirmed uncertain "
    "unclear believed thought understood rumoured rumored suspected suspects suspect suggests suggested suggest seems "
    "seemed seem appears appeared appear threatened threatens threaten vowed vows vow promised promises promise "
    "proposed proposes propose attempted attempts attempt tried tries try sought seeks seek aims aimed aim intends "
    "intended intend hopes hoped hope wants wanted want scheduled considering considers considered preparing prepares "
    "agreed offered could"
)
# These hedge the whole sentence wherever they stand, at its end too.
ADVERBS_OF_DOUBT = _set(
    "reportedly allegedly apparently purportedly supposedly presumably perhaps possibly probably likely unlikely "
    "unverified unconfirmed uncertain unclear"
)
ALWAYS_SAYING = _set(
    "said says say told tells wrote writes reported announced announces claimed stated added adds warned warns argued "
    "argues alleged alleges confirmed confirms denied denies insisted insists acknowledged acknowledges admitted "
    "admits explained explains declared declares believes predicted predicts estimated estimates asserted asserts "
    "complained complains"
)
# These are often nouns or other verbs: verbs of saying only before "that".
SAYING_BEFORE_THAT = _set(
    "found finds shows show showed shown thinks think thought suggests suggest suggested reports report claims claim "
    "states notes noted hopes fears fear believe estimate agree agrees agreed indicates indicate indicated recalled "
    "recalls know"
)

# And these, where a name is their subject or they end an aside: "Kim reports a fire", "…, the paper notes."
SAYING_AFTER_NAME = _set("reports report claims claim states notes estimates writes finds suggests believes")

_IRREGULAR = _set(
    "began became broke brought built bought came caught chose cost cut did drew drove fell fought found fled flew "
    "forgot gave got went grew held hit kept knew laid led left lent let lost made met paid put ran rose said sank "
    "saw sold sent set shot shut sought spent split spoke spread stood stole struck swept swore took taught tore told "
    "thought threw understood woke won wore wrote withdrew overran bore beat bound burnt dealt dug ate fed felt hid "
    "hurt lay read rode rang sang sat slept slid swam swung taken given gone seen known held shown sunk drawn driven "
    "fallen flown grown risen stolen thrown worn written beaten begun broken chosen done eaten hidden spoken torn "
    "undergone seized"
)
_PRESENT = _set(
    "says holds runs makes gives takes wants calls asks gets goes comes keeps leads leaves loses meets pays rises "
    "falls sells sends sees stands sits tells thinks wins writes controls remains becomes includes begins continues "
    "follows needs uses produces imports exports buys employs owns serves faces fears guards expects believes allows "
    "helps hosts lies borders depends belongs hold run make give take want call ask get go come keep lead leave lose "
    "meet pay rise fall sell send see stand tell think win write control remain become include begin continue follow "
    "need use produce buy employ own serve face allow help lie depend belong close closes open opens"
)
_NOT_VERBS = _set(
    "hundred armed united indeed limited need speed breed seed feed deed shed sacred naked hatred infrared wicked"
)
VERBS = _IRREGULAR | _PRESENT | ALWAYS_SAYING


def is_verb(word: str) -> bool:
    """Whether a folded word may be a finite verb; `-ed` counts."""
    return word in VERBS or (
        len(word) > 3 and word.endswith("ed") and word not in _NOT_VERBS and not word.endswith("eed")
    )


_NOT_ADVERBS = _set(
    "family supply rally assembly ally reply anomaly monopoly subsidy only early daily weekly monthly yearly"
)


def is_adverb(word: str) -> bool:
    """Whether a folded word is an adverb in -ly that a cut may leave out."""
    return len(word) > 5 and word.endswith("ly") and word not in _NOT_ADVERBS and word not in HEDGES
