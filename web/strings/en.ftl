# English. One more language is one more file beside this one, with the same messages and the same
# placeables; a test compares them. Messages that hold <b>, <i> or <a> are set as HTML; everything that is put
# into them is escaped.

# What the language is called in itself, and how it writes.
language-name = English
language-direction = ltr
number-decimal = .
number-group = { "\u202F" }
percent = { $n }{ "\u202F" }%
percent-below-one = <1{ "\u202F" }%
milliseconds = { $n }{ "\u202F" }ms
seconds = { $n }{ "\u202F" }s
month = { $count ->
    [1] Jan
    [2] Feb
    [3] Mar
    [4] Apr
    [5] May
    [6] Jun
    [7] Jul
    [8] Aug
    [9] Sep
    [10] Oct
    [11] Nov
   *[12] Dec
 }
day = { $day } { $month } { $year }
date = { $day } { $month } { $year }, { $time } UTC
list-separator = {", "}

# Things that are counted.
texts = { $count ->
    [one] { $n } text
   *[other] { $n } texts
 }
contributors = { $count ->
    [one] { $n } contributor
   *[other] { $n } contributors
 }
datanets = { $count ->
    [one] { $n } Datanet
   *[other] { $n } Datanets
 }
passages = { $count ->
    [one] { $n } passage
   *[other] { $n } passages
 }
more-passages = { $count ->
    [one] { $n } more passage
   *[other] { $n } more passages
 }
unused-passages = { $count ->
    [one] { $n } more passage read, not used
   *[other] { $n } more passages read, not used
 }

# Around every page.
skip = Skip to the text
places = Places
place-ask = Ask
place-search = Search
place-datanets = Datanets
place-history = History
place-earnings = Earnings
tariff = an answer <b>{ $price } { $currency }</b>
colophon = Every sentence is bound to the texts that support it, and those who wrote them are paid for it.
what-is-covered = What is covered
who-earns = Who earns
language-switch = Language
quick = Quick
deep = Deep
price-at-most = up to { $amount }
about = about { $time }
under-a-second = under a second
sign-in = Sign in
sign-out = Sign out
ask-button = Ask
invitation = Ask a question
invitation-follow-up = Ask a follow-up

# The first page.
ask-title = Ask
ask-heading-footnote = Ask. Every sentence of the answer has its footnote,
ask-heading-pays = {" "}and every footnote pays its author.
ask-note-label = note { $n }
ask-note-back = back to note { $n }
ask-note-opens = It opens the text it rests on, at the very passage.
ask-note-pays = An answer is { $price } { $currency }, shared among the authors by what each sentence owes them. What no source supports is not charged; no answer, no charge.
ask-placeholder = What would you like to know?
ask-label = Your question
ask-choice = Only in these Datanets; all when none is chosen
ask-not-ready = The index is still being built. Questions work in a moment; the page of each Datanet shows how far it is.
ask-nothing = No Datanet is indexed yet. As soon as texts are registered on chain and indexed, they can be asked here.
ask-what = What can be asked

# An answer.
answer-sources = Sources
answer-nearest = Nearest passages
answer-next = Ask next
answer-unsupported = No source supports this sentence
answer-unsupported-note = No source supports this sentence. Its part of the price was not charged.
answer-source = Source { $n }: { $title }
answer-price = price <b>{ $amount }</b>
answer-refunded = refunded <b>{ $amount }</b>
answer-charged = charged <b>{ $amount } { $currency }</b>
answer-to = to <b>{ $contributors }</b>
answer-receipt = Receipt
answer-verify = Verify it
answer-copy = Copy
answer-copy-sources = Copy with sources
answer-copy-link = Copy the link
answer-copied = Copied
answer-copy-refused = The browser did not allow it
answer-refused = No source here answers this.
answer-refused-why = { $count ->
    [one] { $n } Datanet was searched.
   *[other] { $n } Datanets were searched.
 } What is nearest to the question is listed here; none of it answers it, so nothing was written rather than something made up.
answer-too-little = The sources support too little of this answer.
answer-too-little-why = Sentences marked <span class="fn none" aria-hidden="true">†</span> rest on no passage; do not rely on them.
answer-went-back = the { $amount } held for it went back
answer-searched = Searched <b>{ $datanets }</b>
answer-read = read <b>{ $passages }</b>
answer-answered-in = answered in
answer-done-in = done in
answer-found-after = passages found after
answer-read-after = sources read after
answer-first-after = first sentence after
answer-last-after = last sentence after
answer-by = written by
answer-adapter = with the adapter
answer-adapter-leads = which leads to { $alias }
answer-adapter-version = version { $version }
answer-adapter-own = the Datanet’s own
answer-asked = asked
answer-index = index
answer-near = { $part } near
answer-wording = wording
answer-meaning = meaning
answer-open = Open the passage
answer-no-source = no source
answer-shares = Shares of the answer: { $parts }
answer-supports = { $count ->
    [one] supports { $part } of { $n } sentence
   *[other] supports { $part } of { $n } sentences
 }
answer-no-author = no author named
answer-two-authors = { $one } and { $other }
answer-more-authors = { $one } and { $n } more
answer-title-running = Answering
answer-running = Your question is being answered
answer-beginning = Beginning
answer-searching = Searching { $datanets }
answer-reading = Reading { $passages }
answer-reading-heading = Reading
answer-reloads = This page reloads until the answer is there.
answer-not = Not answered
answer-given-up = This question was given up.
answer-given-back = What had been held for it was given back; nothing was charged.
ask-again = Ask again
see-what-is-covered = See what is covered

# A text.
document-found = To the passage that was cited
document-not-found = The passage asked for does not lie in this text; here is the whole of it.
document-about = About this text
document-written-by = Written by
document-escrow = no address yet, held in escrow
document-copied = { $count ->
    [one] <b class="num">{ $part } of { $n }</b> sentence stands in an older text. Whatever it earns goes to its authors, not here.
   *[other] <b class="num">{ $part } of { $n }</b> sentences stand in an older text. Whatever they earn goes to its authors, not here.
 }
on-record = On record
record-datanet = Datanet
record-licence = Licence
record-created = Written, as declared
record-block = Registered in block
record-source = First published
record-replaces = Replaces
record-hash = Content hash

# Datanets.
datanets-title = Datanets
datanets-lead = Collections of texts, registered on chain with the names of those who are paid for them.
datanets-none = None is indexed yet. They appear here as soon as the chain has been read.
figure-texts = texts
figure-contributors = contributors
figure-language = language
figure-version = version
figure-licence = licence
datanet-more-authors = {" "}and { $n } more
datanet-copied = { $part } of { $n } sentences stand in an older text
datanet-first = The first { $part } of { $n }, oldest first. Ask, and the others are found.
datanet-about = About this Datanet
datanet-ask = Ask it
datanet-paid = Paid for it
escrow = escrow
record-slug = Short name
record-version = Version
record-id = Id on chain

# Earnings.
earnings-title = Earnings
earnings-lead = Everybody whose texts supported an answer that was charged, and the platform, with what they earned by it.
earnings-nobody = Nobody has earned yet. <a href="/">Ask a question</a>, and whoever wrote what the answer rests on stands here a moment later.
earnings-contributor = Contributor
earnings-compared = Compared
earnings-earned = Earned
earnings-by-guests = by guests’ questions
earnings-paid-out = Paid out
held-in-escrow = held in escrow
earnings-note = All amounts in { $currency }. Questions of guests are paid by the operator, and count for pay but not for rank.
earnings-dev = This is a development chain: open any contributor to claim for them.
contributor-claimed = { $amount } { $currency } were paid on chain to this address.
contributor-held = Held in escrow
contributor-escrow = This author has no address on the chain yet. What their texts earn is counted here and set aside, answer by answer, and belongs to nobody else. Once the Datanet’s owner names an address and thirty days have passed without an objection, all of it becomes payable to that address.
contributor-estimated = Estimated
contributor-final = Final
contributor-payable = Payable
contributor-paid = Paid
contributor-epoch-open = in epoch { $n }, which is open
contributor-epoch-unnamed = in the open epoch
contributor-challenge = can be challenged until { $date }
contributor-epoch-closed = epoch { $n } is closed, not on chain yet
contributor-no-epoch = no epoch waits
contributor-accepted = accepted { $date }
contributor-none-accepted = nothing accepted yet
contributor-on-chain = claimed on chain
contributor-claim = Claim
contributor-by-text = By text
contributor-nothing = Nothing yet. A text earns when a charged answer rests on it.
contributor-text = Text
contributor-answers = Answers
contributor-per-thousand = Per { $n }
contributor-lines = Line by line
contributor-line-text = passages of <a href="/documents/{ $document }">{ $text }</a> support an answer
contributor-line-role = { $what } of an answer
contributor-line-guest = , asked by a guest
contributor-why = why this much
contributor-no-text = not for a text
part-platform = the platform’s part
part-adapter = for writing, as an adapter
part-stakers = the stakers’ part
part-treasury = what no source supports
stage-estimated = estimated
stage-final = final
stage-accepted = accepted

# Receipts.
receipt-title = Receipt
receipt-heading = What one answer paid
receipt-eyebrow = Receipt { $n } · epoch { $epoch }
receipt-paid = What was paid
receipt-held = Held before the search
receipt-gross = Price by the tariff
receipt-released = Given back at once, held too much
receipt-refunded = Refunded: { $percent } of the answer has no source
receipt-charged = Charged
receipt-by-balance = to the balance of whoever asked
receipt-by-promotion = to the operator, who pays for guests
receipt-by-x402 = by a payment for this one question
receipt-where = Where it went
receipt-in-escrow = , held in escrow
receipt-together = Together
receipt-why = Why it went there
receipt-why-meaning = Each sentence of the answer carries a weight. For each sentence, the wording and the meaning of every source were compared with it; <i>support</i> is what came out, and the shares follow from support and weight alone.
receipt-why-wording = Each sentence of the answer carries a weight. For each sentence, the wording of every source was compared with it; <i>support</i> is what came out, and the shares follow from support and weight alone.
receipt-sentence = Sentence
receipt-weight = Weight
receipt-wording = Wording
receipt-meaning = Meaning
receipt-support = Support
receipt-unpaid = Found, and not paid
receipt-unpaid-note = Being found pays nothing; what the answer rests on does. Texts are listed as the search ranked them.
receipt-check = Check it
receipt-verify = Verify it yourself
receipt-verify-lead = The receipt is enough to compute every share and every line again, without us and without a network.
receipt-download = Download the receipt
receipt-verify-note = It prints every line it recomputes, and names the field that does not fit, if one was changed.
receipt-hash = Receipt hash
receipt-signer = Signed by
receipt-signature = Signature
receipt-previous = Receipt before
receipt-request = Request, salted hash
receipt-answer = Answer, salted hash
receipt-index = Index
receipt-attribution = Attribution
receipt-backend = Written by
receipt-settles = Settles on chain
receipt-for = for { $text }
role-platform = The platform
role-stakers = The stakers
role-treasury = The treasury
why-platform = for running the service
why-adapter = for writing the answer, as the adapter { $adapters }
why-stakers = for securing the network
why-treasury = for what no source supports

# When something is wrong.
error-nothing-here = Nothing stands here
error-purse = The purse is empty
error-not-from-here = Not from here
error-nothing-due = Nothing to pay out
error-not-now = Not just now
error-broke = Something broke on our side
error-unreadable = That could not be read
error-footnote = Nothing was charged, and nothing is lost.
error-ask = Ask a question
missing-answer = There is no answer here; it may have been removed, or the address was copied in part.
missing-text = There is no text here; it may have been removed, or the address was copied in part.
missing-receipt = There is no receipt here; it may have been removed, or the address was copied in part.
missing-datanet = There is no Datanet here; it may have been removed, or the address was copied in part.
missing-contributor = There is no contributor here; they may have earned nothing yet, or the address was copied in part.
missing-page = There is no page here; it may have been removed, or the address was copied in part.
problem-address = This address is damaged; it may have been copied in part.
problem-unreadable = What was sent could not be read: { $reason }. Go back, correct it, and send it again.
problem-method = { $method } does not do here; use { $methods }.
problem-csrf = This form was opened in another browser or too long ago; reload the page and send it again.
problem-claim-development = Claims by a button exist on a development chain only; elsewhere a contributor claims with their own wallet.
problem-claim-sample = Only the sample contributors can be claimed for here; others claim with their own wallet.
problem-claim-nothing = Nothing is payable yet; earnings become payable once their epoch is accepted on chain.
problem-claim-failed = The claim did not go through; nothing is lost, try again in a minute.
problem-away = A part of the service cannot be reached at this moment; nothing is lost, try again in a minute.
problem-question-empty = The question is empty; write a few words.
problem-question-long = The question has { $given } characters, the most is { $most }; ask something shorter.
problem-question-binary = The question holds characters that are no text (such as { $character }); send plain text.
problem-unknown-datanet = There is no Datanet “{ $name }”; the Datanets page lists those that exist.
problem-ambiguous-datanet = Several Datanets are called “{ $name }”; name one by its id: { $one } or { $other }.
problem-unknown-model = There is no model “{ $name }”. The service lists those that answer under /v1/models.
problem-too-many-adapters = { $count ->
    [one] At most { $n } adapter writes an answer; name no more.
   *[other] At most { $n } adapters write one answer together; name fewer.
 }
problem-adapter-unavailable = The adapter that was asked for cannot answer now. Nothing was charged; choose another, or none.
problem-adapters-busy = All memory for adapters is in use at this moment. Nothing was charged; try again in a few seconds.
problem-still-running = This question is being answered at this moment; ask again in a second.
problem-not-ready = The index is still being built; try again in a moment.
problem-busy = { $count ->
    [one] Too many answers are being written at this moment; try again in { $n } second.
   *[other] Too many answers are being written at this moment; try again in { $n } seconds.
 }
problem-too-many = { $count ->
    [one] { $n } of your questions is under way already; ask again when it is answered.
   *[other] { $n } of your questions are under way already; ask again when one of them is answered.
 }
problem-too-often = { $count ->
    [one] These were many requests in a minute; come back in { $n } second.
   *[other] These were many requests in a minute; come back in { $n } seconds.
 }
problem-key-cap = That was enough for today; please come back tomorrow.
problem-key-revoked = This key was revoked; make another one on the page of keys.
problem-model-away = The model does not answer at this moment; nothing was charged. Try again in a minute.
problem-model-long = Question and sources are too long for the model; nothing was charged. Ask something narrower.
problem-date = A day is written as year-month-day, such as 2025-01-31.
problem-contributor = That is no contributor; write 0x and 64 digits, or an address of 40.
problem-filter = One of the filters cannot be understood; take it away, or choose another.
problem-cap = The free answers are used up for today; sign in with a balance, or come back tomorrow.
problem-funds = The account holds { $available } { $currency }, an answer needs { $needed }; deposit first.
problem-key-reused = This form was sent before with another question; reload the page and ask again.
problem-timed-out = The answer took too long and was given up; nothing was charged.
problem-ledger = The books do not answer; what is not recorded is not charged. Try again in a minute.
problem-index = The index could not be read; nothing was charged. Try again in a minute.
problem-backend = The answer could not be written; nothing was charged. Try again in a minute.
problem-broken = An internal check failed; nothing was charged, and the operator can see it in the log.
problem-lost = The answer was interrupted; nothing was charged. Ask it again.

# Search.
search-title = Search
search-heading = Search the texts
search-placeholder = Words, or "an exact phrase"
search-label = What to search for
search-button = Search
search-language = Language
search-any-language = any
search-hint = Words are matched in their forms and, where the model knows the language, by meaning. Put words in <b>"quotation marks"</b> to find them exactly as they are. Searching is free.
search-nothing = Nothing here fits these words.
search-nothing-next = Try fewer or other words, take the quotation marks away, or look in every Datanet.
search-hits = { $count ->
    [one] { $n } passage
   *[other] { $n } passages
 }
search-page = page { $n } of { $of }
search-ask = Ask this as a question
search-by-words = by words
search-by-meaning = by meaning
search-place = place { $n }
search-not-found = not found
search-cosine = cosine { $n }
search-joined = joined score
search-near = near
search-explained = The order goes by the joined score of both lists, which is relative to this search. “Near” says how likely the passage answers at all; neither of them pays anybody.
search-narrow = Narrow it down
search-from = written from
search-to = to
search-by = by contributor
search-once = one hit for each owner
search-words-alone = by words alone: the model does not know this language
search-partial = the phrase is so common that not every place was looked at
search-copy = This passage stands in an older text, which earns for it.
search-same-owner = { $count ->
    [one] Stands for { $n } more passage of the same owner.
   *[other] Stands for { $n } more passages of the same owner.
 }
search-pages = Pages of hits
search-earlier = Better hits
search-later = More hits

# What a reader keeps.
answer-stop = Stop here
answer-export = Export
answer-print = Print
export-price = charged { $amount } { $currency }
feedback-label = What you think of it
feedback-question = Was this a good answer?
feedback-good = Yes
feedback-bad = No
feedback-thanks = Thank you. The operator can read this.
feedback-why = In a few words, what was good or wrong? (The answer’s address goes with it.)
feedback-send = Send
history-title = History
history-lead = The answers that this browser asked for. Nobody else sees this list.
history-empty = Nothing yet. <a href="/">Ask a question</a>, and it stands here.
history-refused = no source answers it
history-unsupported = too little support
history-nothing = interrupted, nothing charged
history-deleted = Deleted
history-receipt-only = only the receipt is left
history-change = Rename or delete
history-name = Name in this list
history-save = Save
history-delete-what = The question, the answer, its quotes, your name for it and what you said of it are deleted, for everybody who has the link too. What was paid stays, and so does the receipt: amounts, payees, which passages were cited, and salted hashes whose salts are deleted. A hash by which a form sent twice is known stays as well.
history-delete = Delete the text
history-pages = Pages of the list
history-later = Older ones
history-note = The list hangs on a cookie of this browser, kept for 90 days. Whoever has the link of an answer can read it, and change nothing.
history-lead-account = The answers that you asked for since you signed in. Nobody else sees this list.
history-note-account = The list hangs on your account. What this browser asked as a guest stands here once you sign out. Whoever has the link of an answer can read it, and change nothing.
deleted-heading = This answer was deleted
deleted-lead = Whoever asked the question has deleted its text.
deleted-receipt = The receipt
deleted-kept = What was paid stays paid, and the receipt still proves it.
problem-stopped = The answer was stopped before its first sentence; nothing was charged.

# Figures.
stats-title = Figures
stats-lead = What is asked here, what it costs, and how much of it goes to those who wrote the texts. Counted from the books, without a question or a name in it.
stats-answers = Answers
stats-of-asked = of { $n } questions
stats-coverage = Coverage
stats-coverage-what = of the questions are answered and attributed
stats-fees = Charged
stats-paid-out = To contributors
stats-to-contributors = To contributors
stats-active-datanets = Datanets that earned in 30 days
stats-active-contributors = contributors who earned in 30 days
stats-documents = texts in the index
stats-answers-a-day = Questions a day
stats-fees-a-day = Charged a day
stats-chart-label = Bars by day; the table below has the numbers.
stats-answers-of-day = { $day }: { $answered } of { $asked } answered
stats-money-of-day = { $day }: { $charged } { $currency } charged, { $contributors } to contributors
stats-key-answered = answered
stats-key-free = nothing charged
stats-key-contributors = to contributors
stats-key-rest = to the others
stats-as-table = The same as a table
stats-day = Day
stats-asked = Questions
stats-note = Days are UTC; amounts are in { $currency }. <a href="/v1/stats">The same as JSON</a>.

# The API's page.
api-title = API
api-lead = Everything that the pages do, for programs: read it here, and try it.
api-also = The same as <a href="/openapi.json">OpenAPI</a>; for language models <a href="/llms.txt">llms.txt</a>. Any OpenAI client works with this address as its base URL and the model <b>footnote</b>.
api-body = Body
api-try = Send
api-failed = There was no answer; is the network away?

# An account.
account-title = Account
account-yours = Your account
account-on-the-way = { $amount } { $currency } are on their way: they count as soon as their block is final, a few seconds from now.
account-to-spend = To spend
account-reserved = Reserved
account-reserved-none = no answer is being written
account-reserved-for = for answers being written
account-reserved-line = reserved for <a href="/answers/{ $answer }">an answer</a> that is being written
account-held = held
account-an-answer = An answer
account-at-most = at most; what no source supports goes back
account-movements = Every movement
account-nothing-moved = Nothing has moved yet. Pay in below, then ask.
account-nothing-older = Nothing older.
account-when = When
account-what = What
account-change = Change
account-after = Balance after
account-older = Older movements
account-pay-in = Pay in
account-pay-in-ten = Pay in 10 { $currency }
account-pay-in-worthless = worthless tokens of the development chain, minted for you and deposited with your well-known key
account-pay-in-how = Any wallet can: on chain { $chain } approve the settlement contract for the amount, then call its <code>deposit(amount)</code>. The account that sends it is credited once the block is final.
account-signed-in = Signed in
account-unnamed-browser = a browser that does not say which
account-this-browser = this browser
account-last-seen = last seen { $date }
movement-deposit = Deposit on chain
movement-in-block = in block { $block }
movement-block-left = its block left the chain
movement-block-left-later = its block left the chain later
movement-taken-back = Deposit taken back
movement-answer = Answer
movement-all-supported = every sentence of it is supported
movement-held = { $held } was held, { $back } went back
movement-no-charge = No charge
movement-no-source = No source answers the question.
movement-too-little = The sources support too little of the answer.
movement-all-back = { $held } was held and went back.

# Signing in.
sign-in-no-address = An address is 0x and 40 digits or letters from a to f.
sign-in-sample = As a sample contributor
sign-in-sample-note = This is a development chain: its keys are known to everybody and its tokens are worth nothing. One click lets you in.
sign-in-own = With your own account
sign-in-closed = Signing in by a message is not possible here yet: the operator sets <code>server.public_url</code> to the address of this service, so that a message signed for another site can never be used on this one.
sign-in-sign-this = Sign this message. It costs nothing and moves no money.
sign-in-message = Message, valid for ten minutes
sign-in-by-wallet = Sign with the wallet
sign-in-use-wallet = Use the wallet of this browser
sign-in-refused = Not signed.
sign-in-wallet-says = The wallet says:
sign-in-signature = Signature
sign-in-elsewhere = Without a wallet in this browser: <code>cast wallet sign</code> signs it anywhere else.
sign-in-address = Address
sign-in-get = Get the message to sign
sign-in-note = Who signs in pays for answers out of their own balance, and sees what their texts earn. Without signing in you ask as a guest.
sign-in-unreadable = This is no sign-in message; reload the page and sign the message it shows.
sign-in-wrong-domain = The message is for { $given }, but this is { $wanted }; if another site asked you to sign it, that site is trying to sign in as you.
sign-in-wrong-page = The message names the page { $given }, but this is { $wanted }; sign the message of this page.
sign-in-wrong-chain = The message is for chain { $given }, but accounts here are on chain { $wanted }.
sign-in-unbounded = The message must expire within { $minutes } minutes of being issued.
sign-in-expired = The message has expired; reload the page and sign a fresh one.
sign-in-early = The message is not valid yet; is your clock right?
sign-in-foreign = The message was not made for this browser; reload the page and sign the one it shows.
sign-in-forged = The signature is not by { $address }; sign with the account that the message names.
sign-in-no-signature = This is no signature; it is 0x followed by an even number of digits.
sign-in-replayed = This message was used before; reload the page and sign a fresh one.

# Keys.
keys-title = Keys
keys-lead = A key lets a program or a site ask in your name, out of your balance and never beyond what you allow.
keys-new = Your new key
keys-once = This is the only time it is shown.
keys-public-note = Everybody who opens your page can see it there: it only asks, only from your sites, and only within its caps.
keys-secret-note = Keep it where only your servers can read it. It never belongs in a page.
keys-put = Put this where the chat should be, on a page of one of its sites:
keys-frame = Or frame it:
keys-try = Try it here
keys-try-note = This is the chat itself; what is asked is paid out of your balance.
keys-key = Key
keys-last-used = Last used
keys-cost-today = Cost today
keys-cost-sixty = Cost in 60 days
keys-revoked = revoked
keys-no-site = no site yet
keys-never = never
keys-make = Make a key
keys-what-for = What for?
keys-site = A site
keys-site-note = pk_: asks only, from the pages you name, within caps
keys-server = A server
keys-server-note = sk_: everything you may do; refused in browsers
keys-make-it = Make the key
keys-made = made { $date }
keys-used = last used { $date }
keys-revoked-at = Revoked { $date }: it opens nothing any more.
keys-usage = Usage and cost
keys-unused = Nothing was asked by it yet.
keys-charged = Charged
keys-cost = Cost
keys-on-page = On your page
keys-on-page-note = The key itself was shown once, when it was made; put it where <code>pk_…{ $hint }</code> stands.
keys-terms = What it may do
keys-keep = Keep this
keys-revoke = Revoke
keys-revoke-it = Revoke this key
keys-revoke-note = from then on it opens nothing; this cannot be undone
keys-name = Name
keys-name-example = The shop’s help page
keys-sites = Sites whose pages may use it, one a line
keys-sites-note = none until you name one
keys-per-day = In a day, at most
keys-per-address = For one address
keys-per-visitor = For one visitor
keys-a-day = { $currency } a day
keys-over-limit = What visitors read when a limit is reached
keys-over-limit-example = That was enough for today; please come back tomorrow.
missing-key = There is no key of yours here; the address may have been copied in part.
problem-too-many-keys = { $count ->
    [one] An account has at most { $n } key; revoke it first.
   *[other] An account has at most { $n } keys; revoke one that is not used any more.
 }
terms-text = { $count ->
    [one] Name and text are one line each, of at most { $n } character.
   *[other] Name and text are one line each, of at most { $n } characters.
 }
terms-nameless = Give the key a name, so that you know later where it is used.
terms-origin = “{ $given }” is no site; write it as https://example.org, without a path.
terms-origins = These are too many sites for one key; make another key for the rest.
terms-secret = A secret key serves no pages: leave the sites empty, or make a public key.
terms-amount = “{ $given }” is no amount of tokens; write it as 0.5.
terms-uncapped = A public key needs a cap for the day, for an address and for a visitor.

# Earnings day by day.
days-title = By day
days-chart = Earned per day from { $first } to { $last }, at most { $most } { $currency }; the table below has every figure.
days-most = at most { $most } { $currency } a day
days-table = As a table
days-day = Day (UTC)
days-statement = Statement, line by line:
