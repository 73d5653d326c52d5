"""The same rules for every client, as somebody would write them who knows that client well.

A client is a function of (work folder, port, user, password, job) and gives the command line. A job is "header": the
header rules once over the INBOX; "body": the body rules and then the header rules; "watch": the header rules for what
arrives, until it is ended.
"""
import json
import os
import sys

import corpus

HERE = os.path.dirname(os.path.abspath(__file__))


def write(folder, name, text):
    path = os.path.join(folder, name)
    os.makedirs(os.path.dirname(path), mode=0o755, exist_ok=True)
    with open(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "w") as file:
        file.write(text)
    return path


POSTMOON_RULES = r"""
rule "letters" { limit = false, when = from:contains "@letters.orchard.example", run = { move "News/Orchard" } }
rule "list"    { limit = false, when = list_id:is "gardeners.lists.example", run = { move "Lists/Gardeners" } }
rule "desk"    { limit = false, when = subject:contains "[Desk-", run = { move "Work/Desk" } }
rule "forge"   { limit = false, when = header("X-Forge-Reason"):exists(), run = { move "Work/Forge" } }
rule "orders"  { limit = false, when = to:contains "me+orders@" | cc:contains "me+orders@", run = { move "Orders" } }
rule "spam"    { limit = false, when = header("X-Spam-Flag"):contains "YES", run = { move "Junk" } }
rule "bank"    { limit = false, when = subject:contains "Kontoauszug für", run = { move "Money/Bank" } }
rule "old"     { limit = false, when = date:before "2020-01-01", run = { move "Old" } }
rule "head"    { limit = false, when = from:contains "head@office.example", run = { mark "flagged" } }
"""


BODY_RULES = "".join(f'rule "{folder}" {{ limit = false, when = body:contains "{needle}", '
                     f'run = {{ move "{folder}" }} }}\n' for folder, needle in corpus.NEEDLES.items())


def postmoon_configuration(work, users, password, server, rules):
    """The file that configures it: an account for each user, on one server, and these rules."""
    write(work, "rules/bench.lua", rules)
    write(work, "secret", password + "\n")
    return write(work, "postmoon.toml", 'rules = "rules"\nstate = "state"\n' + "".join(f"""
[accounts.{user}]
user     = "{user}"
address  = "me@home.example"
password = {{ file = "secret" }}
imap     = {{ host = "127.0.0.1", {server} }}
""" for user in users))


def postmoon(program, rules=None):
    """With rules of their own, or with those of the job."""
    def command(work, port, user, password, job):
        own = rules or (BODY_RULES if job == "body" else "") + POSTMOON_RULES
        configuration = postmoon_configuration(work, [user], password, f'port = {port}, security = "none"', own)
        what = ["run"] if job == "watch" else ["sweep", "--apply", "--yes"]
        return [program, *what, "--config", configuration]
    return command


IMAPFILTER_ACCOUNT = """
options.timeout = 120
options.subscribe = false
options.starttls = false
options.charset = 'UTF-8'
options.info = false
account = IMAP {{ server = '127.0.0.1', port = {port}, username = '{user}', password = '{password}' }}
"""
IMAPFILTER_SEARCH = r"""
    inbox:contain_from('@letters.orchard.example'):move_messages(account['News/Orchard'])
    inbox:contain_field('List-Id', '<gardeners.lists.example>'):move_messages(account['Lists/Gardeners'])
    inbox:contain_subject('[Desk-'):move_messages(account['Work/Desk'])
    inbox:contain_field('X-Forge-Reason', ''):move_messages(account['Work/Forge'])
    local orders = inbox:contain_to('me+orders@') + inbox:contain_cc('me+orders@')
    orders:move_messages(account['Orders'])
    inbox:contain_field('X-Spam-Flag', 'YES'):move_messages(account['Junk'])
    inbox:contain_subject('Kontoauszug für'):move_messages(account['Money/Bank'])
    inbox:sent_before('01-Jan-2020'):move_messages(account['Old'])
    inbox:contain_from('head@office.example'):mark_flagged()
"""
# Expressions see a subject as it was sent, in base64, and dates are not for them: those two rules ask the server.
IMAPFILTER_MATCH = r"""
    inbox:match_from('@letters\\.orchard\\.example'):move_messages(account['News/Orchard'])
    inbox:match_field('List-Id', '<gardeners\\.lists\\.example>'):move_messages(account['Lists/Gardeners'])
    inbox:match_subject('\\[Desk-'):move_messages(account['Work/Desk'])
    inbox:match_field('X-Forge-Reason', '\\w'):move_messages(account['Work/Forge'])
    local orders = inbox:match_to('me\\+orders@') + inbox:match_cc('me\\+orders@')
    orders:move_messages(account['Orders'])
    inbox:match_field('X-Spam-Flag', 'YES'):move_messages(account['Junk'])
    inbox:contain_subject('Kontoauszug für'):move_messages(account['Money/Bank'])
    inbox:sent_before('01-Jan-2020'):move_messages(account['Old'])
    inbox:match_from('head@office\\.example'):mark_flagged()
"""
IMAPFILTER_WATCH = """
while true do
    account.INBOX:enter_idle()
    rules(account.INBOX)
end
"""


def imapfilter(form):
    rules = IMAPFILTER_SEARCH if form == "contain" else IMAPFILTER_MATCH

    def command(work, port, user, password, job):
        bodies = "".join(f"    inbox:{form}_body('{needle}'):move_messages(account['{folder}'])\n"
                         for folder, needle in corpus.NEEDLES.items())
        text = IMAPFILTER_ACCOUNT.format(port=port, user=user, password=password)
        text += f"function rules(inbox)\n{bodies if job == 'body' else ''}{rules}end\nrules(account.INBOX)\n"
        return ["imapfilter", "-c", write(work, "config.lua", text + (IMAPFILTER_WATCH if job == "watch" else ""))]
    return command


def floor(messages):
    """For bodies it is told beforehand what to move: it would not be a floor if it decoded them."""
    def command(work, port, user, password, job):
        # Without looking for modules of others, Python is there sooner.
        line = [sys.executable, "-I", "-S", os.path.join(HERE, "floor.py"), "watch" if job == "watch" else "sweep",
                str(port), user, password]
        if job == "body":
            places = {}
            for number in range(messages):
                folder, flagged = corpus.belongs(number, True)
                if folder != "INBOX" or flagged:
                    places.setdefault("flagged" if flagged else folder, []).append(number + 1)
            line.append(write(work, "known.json", json.dumps(places)))
        return line
    return command
