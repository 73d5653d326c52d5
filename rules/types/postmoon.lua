---@meta
-- Written by `scripts/reference` from the table of the rule language; what is changed here is lost.

---Seconds, or a text like `"7d"`, `"1h30m"` (`s m h d w`).
---@alias Duration integer|string
---Bytes, or a text like `"5MB"` (`B kB MB GB`, `KiB MiB GiB`).
---@alias Size integer|string
---Seconds since 1970, or a text like `"2030-01-31"`, `"2030-01-31 08:00"`.
---@alias Time integer|string
---A text like `"07:30"`.
---@alias TimeOfDay string
---A name with `/` between its levels, `"account:name"`, or a role.
---@alias Folder string|Role
---@alias FlagName "seen"|"flagged"|"answered"|"draft"|string
---@alias RuleEvent "new"|"moved_in"|"removed"|"flags"|"schedule"

---What messages are asked; combine conditions with `&` (and), `|` (or), `~` (not).
---@class Condition
---@operator band(Condition): Condition
---@operator bor(Condition): Condition
---@operator bnot: Condition

---What a rule does.
---@class Action

---A folder by what it is for.
---@class Role

---What a rule remembers.
---@class State
---@field [string] any

---Folders by what they are for.
---@class Roles
---@field inbox Role Where mail arrives.
---@field archive Role What is kept and not at hand.
---@field trash Role What is thrown away.
---@field junk Role What nobody asked for.
---@field sent Role What the account sent.
---@field drafts Role What is not finished.
---@field flagged Role What is marked, where the account has such a folder.
---@field snoozed Role What waits to come back; see `snooze`.

---The table of a rule.
---@class RuleDefinition
---@field when? Condition|fun(m: Message): boolean|Condition? Which messages it is for; left out: every message.
---@field run Action|Action[]|fun(m: Message): Action|Action[]|nil What to do: actions, or a function that plans them.
---@field on? RuleEvent|RuleEvent[] The events it is for ("new" "moved_in" "removed" "flags" "schedule"); default `"new"`.
---@field every? Duration With `on = "schedule"`: how often it looks at every message of its folders.
---@field at? TimeOfDay With `on = "schedule"`: at which time of day.
---@field account? string|string[] The accounts it is for; default: all.
---@field folder? string|string[] The folders it is for, `*` and `?` allowed; default: the watched ones.
---@field continue? boolean `true`: the rules go on though it moves the message.
---@field limit? integer|false Plans in ten minutes that move, send or run something, before the others are held; default 200, `false` without.
---@field enabled? boolean `false`: the rule is checked and does nothing.
---@field dry_run? boolean `true`: its plans are only proposed; `release` carries them out.

---@class ExpressionOptions
---@field case? boolean `false`: `A` and `a` are the same; default `true`

---@class TextOptions
---@field case? boolean `true`: `A` and `a` are different; default `false`

---@class AddressSubject
local AddressSubject = {}

---It is the text; on addresses, one of them is that address.
---@param text string
---@param options? TextOptions
---@return Condition
function AddressSubject:is(text, options) end

---The text stands anywhere in it.
---@param text string
---@param options? TextOptions
---@return Condition
function AddressSubject:contains(text, options) end

---It begins with the text.
---@param text string
---@param options? TextOptions
---@return Condition
function AddressSubject:starts(text, options) end

---It ends with the text.
---@param text string
---@param options? TextOptions
---@return Condition
function AddressSubject:ends(text, options) end

---The Perl-compatible expression (PCRE2) is found in it.
---@param expression string
---@param options? TextOptions
---@return Condition
function AddressSubject:matches(expression, options) end

---The pattern is the whole of it: `*` is anything, `?` one character, `\` takes the next literally.
---@param pattern string
---@param options? TextOptions
---@return Condition
function AddressSubject:glob(pattern, options) end

---It is one of the list; on addresses, one of the addresses is.
---@param list string[] texts, also from `list.file`
---@param options? TextOptions
---@return Condition
function AddressSubject:one_of(list, options) end

---The message has it at all.
---@return Condition
function AddressSubject:exists() end

---An address is of that domain or one below it.
---@param name string|string[]
---@return Condition
function AddressSubject:domain(name) end

---The display name of an address is that.
---@param name string
---@param options? TextOptions
---@return Condition
function AddressSubject:name(name, options) end

---What stands behind the `+` of an address is that.
---@param name string|string[]
---@param options? TextOptions
---@return Condition
function AddressSubject:detail(name, options) end

---An address is one of the account's own.
---@return Condition
function AddressSubject:me() end

---@class TextSubject
local TextSubject = {}

---It is the text; on addresses, one of them is that address.
---@param text string
---@param options? TextOptions
---@return Condition
function TextSubject:is(text, options) end

---The text stands anywhere in it.
---@param text string
---@param options? TextOptions
---@return Condition
function TextSubject:contains(text, options) end

---It begins with the text.
---@param text string
---@param options? TextOptions
---@return Condition
function TextSubject:starts(text, options) end

---It ends with the text.
---@param text string
---@param options? TextOptions
---@return Condition
function TextSubject:ends(text, options) end

---The Perl-compatible expression (PCRE2) is found in it.
---@param expression string
---@param options? TextOptions
---@return Condition
function TextSubject:matches(expression, options) end

---The pattern is the whole of it: `*` is anything, `?` one character, `\` takes the next literally.
---@param pattern string
---@param options? TextOptions
---@return Condition
function TextSubject:glob(pattern, options) end

---It is one of the list; on addresses, one of the addresses is.
---@param list string[] texts, also from `list.file`
---@param options? TextOptions
---@return Condition
function TextSubject:one_of(list, options) end

---The message has it at all.
---@return Condition
function TextSubject:exists() end

---@class SizeSubject
local SizeSubject = {}

---It is larger.
---@param bytes Size
---@return Condition
function SizeSubject:over(bytes) end

---It is smaller.
---@param bytes Size
---@return Condition
function SizeSubject:under(bytes) end

---@class TimeSubject
local TimeSubject = {}

---It is earlier.
---@param time Time
---@return Condition
function TimeSubject:before(time) end

---It is that time or later.
---@param time Time
---@return Condition
function TimeSubject:after(time) end

---The time of day is from the first up to the second, also over midnight.
---@param start TimeOfDay
---@param finish TimeOfDay
---@return Condition
function TimeSubject:between(start, finish) end

---The day of the week is one of those.
---@param days string|string[] `mon tue wed thu fri sat sun`
---@return Condition
function TimeSubject:weekday(days) end

---@class AuthenticationSubject
local AuthenticationSubject = {}

---The receiving server says that the method passed.
---@param method "spf"|"dkim"|"dmarc"|"arc"
---@return Condition
function AuthenticationSubject:pass(method) end

---@class MoveOptions
---@field after? Duration due so long from now, if the message then still is where this plan left it
---@field recheck? boolean with `after`: also asks `when` again when it is due
---@field create? boolean `false`: a missing folder is an error and is not made

---@class CopyOptions
---@field after? Duration due so long from now, if the message then still is where this plan left it
---@field recheck? boolean with `after`: also asks `when` again when it is due
---@field create? boolean `false`: a missing folder is an error and is not made

---@class TrashOptions
---@field after? Duration due so long from now, if the message then still is where this plan left it
---@field recheck? boolean with `after`: also asks `when` again when it is due

---@class ArchiveOptions
---@field after? Duration due so long from now, if the message then still is where this plan left it
---@field recheck? boolean with `after`: also asks `when` again when it is due

---@class JunkOptions
---@field after? Duration due so long from now, if the message then still is where this plan left it
---@field recheck? boolean with `after`: also asks `when` again when it is due

---@class MarkOptions
---@field after? Duration due so long from now, if the message then still is where this plan left it
---@field recheck? boolean with `after`: also asks `when` again when it is due

---@class UnmarkOptions
---@field after? Duration due so long from now, if the message then still is where this plan left it
---@field recheck? boolean with `after`: also asks `when` again when it is due

---@class KeywordOptions
---@field after? Duration due so long from now, if the message then still is where this plan left it
---@field recheck? boolean with `after`: also asks `when` again when it is due

---@class UnkeywordOptions
---@field after? Duration due so long from now, if the message then still is where this plan left it
---@field recheck? boolean with `after`: also asks `when` again when it is due

---@class ForwardOptions
---@field to string|string[] who gets it; never an address of your own
---@field as? "attachment"|"inline" the message as an attachment (default), or its text in the new one
---@field note? string text above the forwarded message
---@field from? string one of the account's own addresses; default: the account's address
---@field first? boolean sends at once, before the rest of the plan is safe
---@field unknown? "resend"|"hold" what to do when nobody knows whether it was sent; default: the account's
---@field after? Duration due so long from now, if the message then still is where this plan left it
---@field recheck? boolean with `after`: also asks `when` again when it is due

---@class RedirectOptions
---@field to string|string[] who gets it; never an address of your own
---@field first? boolean sends at once, before the rest of the plan is safe
---@field unknown? "resend"|"hold" what to do when nobody knows whether it was sent; default: the account's
---@field after? Duration due so long from now, if the message then still is where this plan left it
---@field recheck? boolean with `after`: also asks `when` again when it is due

---@class ReplyOptions
---@field text string the text of the reply
---@field subject? string default: `Re:` and the message's subject
---@field from? string one of the account's own addresses; default: the account's address
---@field period? Duration one reply to each correspondent in this time; default `"7d"`
---@field unknown? "resend"|"hold" what to do when nobody knows whether it was sent; default: the account's
---@field after? Duration due so long from now, if the message then still is where this plan left it
---@field recheck? boolean with `after`: also asks `when` again when it is due

---@class NotifyOptions
---@field channel string the name of a `[notify.NAME]` of the configuration
---@field title? string default: the message's subject
---@field body? string the text of the notice
---@field first? boolean sends at once, before the rest of the plan is safe
---@field after? Duration due so long from now, if the message then still is where this plan left it
---@field recheck? boolean with `after`: also asks `when` again when it is due

---@class PipeOptions
---@field after? Duration due so long from now, if the message then still is where this plan left it
---@field recheck? boolean with `after`: also asks `when` again when it is due

---@class SnoozeOptions
---@field after? Duration due so long from now, if the message then still is where this plan left it
---@field recheck? boolean with `after`: also asks `when` again when it is due

---An address, which prints as a header would show it.
---@class Address
---@field name string The display name.
---@field address string `localpart@domain`.
---@field domain string What stands behind the `@`.
---@field localpart string What stands before the `@`.
---@field detail string What stands behind the `+` of the local part.

---The names of flags in order, and each name `true`.
---@class Flags
---@field seen boolean It was read.
---@field flagged boolean It is marked, with a star or a flag.
---@field answered boolean It was answered.
---@field draft boolean It is not finished.
---@field [string] boolean

---Header fields by name; `pairs` gives every one in order.
---@class Headers
---@field [string] string

---What happened to the message.
---@class Event
---@field kind "new"|"moved_in"|"removed"|"flags"|"schedule"|"sweep" Which event it is.
---@field added Flags With `flags`: what was set.
---@field removed Flags With `flags`: what was taken away.

---A file that came with the message.
---@class Attachment
---@field filename string Its file name, decoded; `""` without one.
---@field type string Its media type: `application/pdf`.
---@field size integer Its decoded bytes.
---@field content string Its decoded bytes.

---A part of the message's structure.
---@class Part
---@field path string Where it stands: `1.2`.
---@field type string Its media type: `application/pdf`.
---@field filename string Its file name, decoded; `""` without one.
---@field disposition string `inline`, `attachment`, or `""`.
---@field content_id string Its `Content-ID` without brackets.
---@field size integer Its decoded bytes.
---@field content string Its decoded bytes.

---A Perl-compatible expression, compiled.
---@class Expression
local Expression = {}

---The captures of the first match, all of it when there are none, or nothing; a capture that took no part is `false`.
---@param text string
---@return string?
function Expression:match(text) end

---Whether it is found.
---@param text string
---@return boolean
function Expression:test(text) end

---Lines of a file or addresses of a vCard, in order.
---@class List
---@field [integer] string
local List = {}

---Whether the text is in it, whatever its case; as a list it goes to `:one_of`.
---@param text string
---@return boolean
function List:has(text) end

---The message that a function gets.
---@class Message
---@field account string The account's name in the configuration.
---@field folder string The folder where it was found.
---@field uid integer Its number in the folder.
---@field event Event What happened to it.
---@field flags Flags Its flags and keywords, as the plan so far leaves them.
---@field size integer Bytes of the whole message.
---@field received integer When the server got it, in seconds since 1970.
---@field date integer? When the sender says it was written, in seconds since 1970.
---@field age integer Seconds since it was received.
---@field subject string The subject.
---@field from Address? Who wrote it; it prints as the header shows it.
---@field to Address[] The `To` addresses.
---@field cc Address[] The `Cc` addresses.
---@field bcc Address[] The `Bcc` addresses.
---@field reply_to Address[] Where answers are wanted.
---@field sender Address? The `Sender`, when somebody else than `from` sent it.
---@field list_id string The identifier between the brackets of `List-Id`.
---@field list_unsubscribe string How to leave the list, as its header says.
---@field message_id string `Message-ID` without brackets.
---@field in_reply_to string The `Message-ID` that it answers.
---@field references string[] The `Message-ID`s of its thread.
---@field headers Headers Each header field by name, whatever its case: the first of that name, or `""`.
---@field text string The text parts that are no attachments, or text made of the HTML.
---@field html string The HTML text, as it was sent.
---@field attachments Attachment[] Its attachments.
---@field parts Part[] All its parts, the inner ones of a multipart behind it.
---@field raw string All its bytes.
local Message = {}

---Asks a condition of the message.
---@param condition Condition
---@return boolean
function Message:is(condition) end

---The values of every header field of that name, in order.
---@param name string
---@return string[]
function Message:header_all(name) end

---Moves the message to a folder, which is made when it is missing, and ends the rules for it.
---@param folder Folder levels separated by `/`; `"work:Clients"` is in another account; or a `role`
---@param options? MoveOptions
function Message:move(folder, options) end

---Puts a copy into a folder, which is made when it is missing; the message stays.
---@param folder Folder levels separated by `/`; `"work:Clients"` is in another account; or a `role`
---@param options? CopyOptions
function Message:copy(folder, options) end

---Moves the message to the Trash folder; nothing is deleted for good.
---@param options? TrashOptions
function Message:trash(options) end

---Moves the message to the Archive folder.
---@param options? ArchiveOptions
function Message:archive(options) end

---Moves the message to the Junk folder.
---@param options? JunkOptions
function Message:junk(options) end

---Sets a flag.
---@param flag FlagName `"seen"`, `"flagged"`, `"answered"`, `"draft"`, or a keyword
---@param options? MarkOptions
function Message:mark(flag, options) end

---Takes a flag away.
---@param flag FlagName `"seen"`, `"flagged"`, `"answered"`, `"draft"`, or a keyword
---@param options? UnmarkOptions
function Message:unmark(flag, options) end

---Sets a keyword, which many programs show as a label.
---@param name string the keyword, without spaces
---@param options? KeywordOptions
function Message:keyword(name, options) end

---Takes a keyword away.
---@param name string the keyword, without spaces
---@param options? UnkeywordOptions
function Message:unkeyword(name, options) end

---Sends a new message from the account's address with this one in it.
---@param options ForwardOptions
function Message:forward(options) end

---Sends the message on as it is, with `Resent-` fields; some providers refuse that.
---@param options RedirectOptions
function Message:redirect(options) end

---Answers a person; never lists, automatic mail, or the same correspondent again within `period`.
---@param options ReplyOptions
function Message:reply(options) end

---Tells a notify channel of the configuration.
---@param options NotifyOptions
function Message:notify(options) end

---Runs a program of the configuration with the message on its standard input.
---@param program string the name of a `[programs.NAME]` of the configuration
---@param options? PipeOptions
function Message:pipe(program, options) end

---Takes the message out of the inbox and brings it back, unread, at that time.
---@param time Duration|TimeOfDay|Time a duration, the next such time of day, or a date with a time
---@param options? SnoozeOptions
function Message:snooze(time, options) end

---Ends the rules for this message; as `m:stop()` it ends the function at once.
function Message:stop() end

---Writes a line to the log and into the plan; in a function it may be called without `m:`.
---@param text string what to write
function Message:log(text) end

---Who wrote it.
---@type AddressSubject
from = nil

---The `To` addresses.
---@type AddressSubject
to = nil

---The `Cc` addresses.
---@type AddressSubject
cc = nil

---The `Bcc` addresses.
---@type AddressSubject
bcc = nil

---Where answers are wanted.
---@type AddressSubject
reply_to = nil

---The `Sender` address, when somebody else than `From` sent it.
---@type AddressSubject
sender = nil

---All addresses of `To`, `Cc` and `Bcc` together.
---@type AddressSubject
recipient = nil

---The subject, decoded.
---@type TextSubject
subject = nil

---The identifier between the brackets of `List-Id`.
---@type TextSubject
list_id = nil

---The `Message-ID` without brackets.
---@type TextSubject
message_id = nil

---The text of the message, as `m.text`.
---@type TextSubject
body = nil

---The names of the attachments, each alone.
---@type TextSubject
filename = nil

---The size of the whole message.
---@type SizeSubject
size = nil

---The time that the sender gave it.
---@type TimeSubject
date = nil

---The time at which the server got it.
---@type TimeSubject
received = nil

---What the receiving server found out about the sender (`Authentication-Results`).
---@type AuthenticationSubject
auth = nil

---The message has the flag or keyword; later rules see what earlier ones set.
---@param name FlagName
---@return Condition
function flag(name) end

---It was received longer ago.
---@param age Duration
---@return Condition
function older(age) end

---It was received since.
---@param age Duration
---@return Condition
function newer(age) end

---It has an attachment.
---@type Condition
has_attachment = nil

---It was sent to many: it has a list's header, or says so in `Precedence`.
---@type Condition
bulk = nil

---A program wrote it: `Auto-Submitted`, the older marks of automatic answers, or a null return path.
---@type Condition
automated = nil

---Every one of them holds, as with `&`.
---@param conditions Condition[]
---@return Condition
function all(conditions) end

---One of them holds, as with `|`.
---@param conditions Condition[]
---@return Condition
function any(conditions) end

---None of them holds.
---@param conditions Condition[]
---@return Condition
function none(conditions) end

---Moves the message to a folder, which is made when it is missing, and ends the rules for it.
---@param folder Folder levels separated by `/`; `"work:Clients"` is in another account; or a `role`
---@param options? MoveOptions
---@return Action
function move(folder, options) end

---Puts a copy into a folder, which is made when it is missing; the message stays.
---@param folder Folder levels separated by `/`; `"work:Clients"` is in another account; or a `role`
---@param options? CopyOptions
---@return Action
function copy(folder, options) end

---@class TrashAction: Action
---@overload fun(options?: TrashOptions): Action

---Moves the message to the Trash folder; nothing is deleted for good.
---@type TrashAction
trash = nil

---@class ArchiveAction: Action
---@overload fun(options?: ArchiveOptions): Action

---Moves the message to the Archive folder.
---@type ArchiveAction
archive = nil

---@class JunkAction: Action
---@overload fun(options?: JunkOptions): Action

---Moves the message to the Junk folder.
---@type JunkAction
junk = nil

---Sets a flag.
---@param flag FlagName `"seen"`, `"flagged"`, `"answered"`, `"draft"`, or a keyword
---@param options? MarkOptions
---@return Action
function mark(flag, options) end

---Takes a flag away.
---@param flag FlagName `"seen"`, `"flagged"`, `"answered"`, `"draft"`, or a keyword
---@param options? UnmarkOptions
---@return Action
function unmark(flag, options) end

---Sets a keyword, which many programs show as a label.
---@param name string the keyword, without spaces
---@param options? KeywordOptions
---@return Action
function keyword(name, options) end

---Takes a keyword away.
---@param name string the keyword, without spaces
---@param options? UnkeywordOptions
---@return Action
function unkeyword(name, options) end

---Sends a new message from the account's address with this one in it.
---@param options ForwardOptions
---@return Action
function forward(options) end

---Sends the message on as it is, with `Resent-` fields; some providers refuse that.
---@param options RedirectOptions
---@return Action
function redirect(options) end

---Answers a person; never lists, automatic mail, or the same correspondent again within `period`.
---@param options ReplyOptions
---@return Action
function reply(options) end

---Tells a notify channel of the configuration.
---@param options NotifyOptions
---@return Action
function notify(options) end

---Runs a program of the configuration with the message on its standard input.
---@param program string the name of a `[programs.NAME]` of the configuration
---@param options? PipeOptions
---@return Action
function pipe(program, options) end

---Takes the message out of the inbox and brings it back, unread, at that time.
---@param time Duration|TimeOfDay|Time a duration, the next such time of day, or a date with a time
---@param options? SnoozeOptions
---@return Action
function snooze(time, options) end

---Ends the rules for this message; as `m:stop()` it ends the function at once.
---@type Action
stop = nil

---Writes a line to the log and into the plan; in a function it may be called without `m:`.
---@param text string what to write
---@return Action
function log(text) end

---Makes a rule of the name and the table behind it.
---@param name string unique
---@return fun(definition: RuleDefinition)
function rule(name) end

---Runs another file of the rules folder once, and gives what it returned.
---@param name string without `.lua`
---@return any
function require(name) end

---The subject of conditions for any header field.
---@param name string
---@return TextSubject
function header(name) end

---Compiles a Perl-compatible expression (PCRE2).
---@param expression string
---@param options? ExpressionOptions
---@return Expression
function regex(expression, options) end

---What this rule remembers: texts, numbers, `true`, `false` and tables of them, stored with the plan.
---@type State
state = nil

---Whether the rule met the key within that time; it counts as met from now on.
---@param key string
---@param age Duration
---@return boolean
function seen_before(key, age) end

---Whether this is at most the count-th time within that time; only those times count.
---@param key string
---@param count integer
---@param age Duration
---@return boolean
function rate(key, count, age) end

---The time of the decision, in seconds since 1970.
---@return integer
function now() end

---Writes a line to the log.
---@param ... any
function print(...) end

---The folders by what they are for, whatever the account calls them.
---@type Roles
role = nil

list = {}

---The lines of a file; empty ones and those that begin with `#` do not count.
---@param name string a file of the rules folder
---@return List
function list.file(name) end

---The e-mail addresses of a vCard file.
---@param name string a file of the rules folder
---@return List
function list.vcard(name) end

---@class TestMessage

---@class AttachmentDefinition
---@field filename? string
---@field type? string
---@field content string

---@class EventDefinition
---@field kind RuleEvent
---@field added? string[]
---@field removed? string[]

---The table of a test.
---@class TestDefinition
---@field message TestMessage The message that comes.
---@field expect? Action|Action[] The actions of its plan, in any order; `{}` for none.
---@field rules? string[] The rules that matched, in order.
---@field before? TestMessage[] Messages that are decided first, for rules that remember.
---@field now? Time The time of the decision; default: when the message was received.
---@field state? table<string, table> What `state` of each rule begins with, by the rule's name.

---The table of a message in a test.
---@class MessageDefinition
---@field from? string The `From` header.
---@field to? string|string[] The `To` header; default: the account's address.
---@field cc? string|string[] The `Cc` header.
---@field bcc? string|string[] The `Bcc` header.
---@field reply_to? string|string[] The `Reply-To` header.
---@field sender? string The `Sender` header.
---@field subject? string The `Subject` header.
---@field text? string The plain text.
---@field html? string The HTML text.
---@field attachments? AttachmentDefinition[] Its attachments: `filename`, `type`, `content`.
---@field headers? table<string, string|string[]> Any other header fields.
---@field list_id? string The `List-Id` header.
---@field list_unsubscribe? string The `List-Unsubscribe` header.
---@field message_id? string The `Message-ID`, without brackets.
---@field in_reply_to? string|string[] The `In-Reply-To` header.
---@field references? string|string[] The `References` header.
---@field date? Time The `Date` header; default: `received`.
---@field account? string The account it came to; default: the first of the configuration.
---@field folder? string The folder it came to; default `INBOX`.
---@field event? RuleEvent|EventDefinition What happened: a name, or `{ kind =, added =, removed = }`; default `new`.
---@field received? Time When the server got it; default: the newest `Received`, else `date`, else now.
---@field flags? string[] Its flags and keywords.
---@field uid? integer Its number in the folder.
---@field size? Size Its size; default: that of its bytes.

---In tests: makes a test of the name and the table behind it.
---@param name string
---@return fun(definition: TestDefinition)
function test(name) end

---In tests: a message made of its fields.
---@param fields MessageDefinition
---@return TestMessage
function message(fields) end

---In tests: a message from a file.
---@param name string beside the test file, inside the rules folder
---@param fields? MessageDefinition
---@return TestMessage
function file(name, fields) end
