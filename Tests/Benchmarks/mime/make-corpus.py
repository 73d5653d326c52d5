#!/usr/bin/env python3
"""Makes the mail that scripts/bench-mime measures with.

    make-corpus.py FOLDER

Writes packs: `<kind>.pack` for the mixed corpus and `size-<bytes>.pack` for the growth of time with size. A pack is
messages one behind the other, each after a line with its length. The same seed gives the same bytes every time.
"""
import base64
import pathlib
import quopri
import random
import sys

rng = random.Random(20260301)

ENGLISH = """the of and to in for is on that by this with you it not or be are from at as your all have new more an was
we will home can us about if page my has search free but our one other do no information time they site he up may what
which their news out use any there see only so his when contact here business who web also now help get view online
first am been would how were services some these click its like service than find price date back top people had list
name just over state year day into email two health world next used go work last most products music buy data make them
should product system post her city add policy number such please available copyright support message after best
software then good video well where info rights public books high school through each links she review years order very
privacy book items company read group need many user said does set under general research university""".split()
GERMAN = """über für Grüße schön Straße müssen können Äpfel Öl größer weiß heißt später während Lösung prüfen natürlich
der die das und nicht mit sich auf eine auch als an es noch wie einem nach bei aus wenn nur war werden hat wir was kann
Rechnung Bestellung Lieferung Konto Anfrage Vertrag Termin Angebot Kunde Betrag""".split()
RUSSIAN = """в и не на я быть он с что а по это она этот к но они мы весь который из у то за свой ваш заказ счёт письмо
сегодня время рука большой другой наш человек год новый день жизнь хотеть работа слово место лицо друг глаз вопрос
дом сторона страна мир случай голова ребёнок сила конец вид система часть город отношение женщина деньги""".split()
JAPANESE = """お知らせ 会議 資料 請求書 注文 確認 お願いします ありがとうございます 東京 株式会社 担当者 メール 添付 ご連絡
今日 明日 時間 場所 予定 変更 サービス 製品 価格 ください よろしく 部長 出張 報告""".split()
CHINESE = """您好 订单 发票 会议 通知 客户 服务 产品 价格 时间 地址 请查收 附件 谢谢 公司 北京 上海 工作 今天 明天 系统 信息
联系 电话 合同 报告 项目 管理""".split()
KOREAN = """안녕하세요 주문 회의 청구서 확인 감사합니다 서울 회사 서비스 제품 가격 시간 오늘 내일 첨부 파일 보고서 고객
문의 연락""".split()
NAMES = ["Jane Doe", "Bob Miller", "Ann Smith", "Peter Jones", "Mary Brown", "Tom Taylor", "Lucy Hill", "Max Stone"]
HOSTS = ["example.org", "example.net", "mail.example.com", "lists.example.org", "mx1.example.net", "shop.example"]


def words(count, vocabulary=ENGLISH):
    return " ".join(rng.choice(vocabulary) for _ in range(count))


def paragraphs(size, vocabulary=ENGLISH, width=72, encode=lambda text: text.encode()):
    """Wrapped text of about so many bytes."""
    lines, total = [], 0
    while total < size:
        line = ""
        while len(line) < width and rng.random() > 0.01:
            line += rng.choice(vocabulary) + (" " if rng.random() > 0.1 else ", ")
        lines.append(line.rstrip() + ("." if rng.random() < 0.2 else ""))
        total += len(encode(lines[-1])) + 2
        if rng.random() < 0.12:
            lines.append("")
    return "\r\n".join(lines) + "\r\n"


def html(size, vocabulary=ENGLISH):
    """A newsletter's tables, styles and tracked links."""
    out = ["<!DOCTYPE html><html><head><meta http-equiv=\"Content-Type\" content=\"text/html; charset=utf-8\">",
           "<style>.ExternalClass{width:100%} td{font-family:Arial,sans-serif;font-size:14px;color:#333333}</style>",
           "</head><body bgcolor=\"#ffffff\"><table width=\"100%\" cellpadding=\"0\" cellspacing=\"0\" border=\"0\">"]
    total = 400
    while total < size:
        link = "https://click.%s/c/%032x?u=%d&amp;id=%d" % (
            rng.choice(HOSTS), rng.getrandbits(128), rng.randrange(10**8), rng.randrange(10**6))
        row = ("<tr><td align=\"left\" valign=\"top\" style=\"padding:10px 20px 10px 20px;line-height:20px;\">"
               "<a href=\"%s\" style=\"color:#1a73e8;text-decoration:none\">%s</a>&nbsp;&ndash; %s"
               "<img src=\"https://img.%s/%d.png\" width=\"1\" height=\"1\" alt=\"\"></td></tr>" % (
                   link, words(4, vocabulary), words(rng.randrange(8, 40), vocabulary), rng.choice(HOSTS),
                   rng.randrange(10**6)))
        out.append(row)
        total += len(row.encode()) + 2
    return "\r\n".join(out + ["</table></body></html>", ""])


def wrapped(data):
    return base64.encodebytes(data).replace(b"\n", b"\r\n")


def quoted(data):
    return quopri.encodestring(data.replace(b"\r\n", b"\n")).replace(b"\n", b"\r\n")


def encoded_words(text, charset, kind="B"):
    """RFC 2047, a word for each 12 characters."""
    out = []
    for start in range(0, len(text), 12):
        data = text[start:start + 12].encode(charset, "replace")
        if kind == "B":
            payload = base64.b64encode(data).decode()
        else:
            payload = "".join(
                chr(b) if chr(b).isalnum() and b < 128 else "_" if b == 32 else "=%02X" % b for b in data)
        out.append("=?%s?%s?%s?=" % (charset, kind, payload))
    return "\r\n ".join(out)


def address(vocabulary=None, charset=None):
    name = rng.choice(NAMES)
    local = name.lower().replace(" ", ".")
    if charset:
        return "%s <%s@%s>" % (encoded_words(words(2, vocabulary), charset), local, rng.choice(HOSTS))
    if rng.random() < 0.2:
        return "\"%s, %s\" <%s@%s>" % (*reversed(name.split()), local, rng.choice(HOSTS))
    return "%s <%s@%s>" % (name, local, rng.choice(HOSTS))


def header(subject=None, sender=None, recipients=1, bulk=False):
    lines = ["Return-Path: <bounce-%d@%s>" % (rng.randrange(10**6), rng.choice(HOSTS))]
    for hop in range(rng.randrange(2, 6)):
        lines.append("Received: from %s (%s [192.0.2.%d])\r\n\tby %s (Postfix) with ESMTPS id %X\r\n\tfor <jane@example.org>;"
                     " Mon, %d Mar 2026 1%d:%02d:%02d +0100 (CET)" % (
                         rng.choice(HOSTS), rng.choice(HOSTS), rng.randrange(255), rng.choice(HOSTS),
                         rng.getrandbits(40), 2 + hop, hop, rng.randrange(60), rng.randrange(60)))
    lines.append("DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=%s; s=s1;\r\n\th=from:to:subject:date:message-id;"
                 "\r\n\tbh=%s;\r\n\tb=%s\r\n\t %s" % (
                     rng.choice(HOSTS), base64.b64encode(rng.randbytes(32)).decode(),
                     base64.b64encode(rng.randbytes(48)).decode(), base64.b64encode(rng.randbytes(48)).decode()))
    lines.append("Authentication-Results: mx.example.org; dkim=pass header.d=%s; spf=pass; dmarc=pass" % rng.choice(HOSTS))
    lines.append("From: " + (sender or address()))
    lines.append("To: " + ",\r\n ".join(address() for _ in range(recipients)))
    if rng.random() < 0.3:
        lines.append("Cc: " + ",\r\n ".join(address() for _ in range(rng.randrange(1, 6))))
    lines.append("Subject: " + (subject or words(6)))
    lines.append("Date: Mon, %d Mar 2026 12:%02d:%02d +0100" % (rng.randrange(1, 29), rng.randrange(60), rng.randrange(60)))
    lines.append("Message-ID: <%x@%s>" % (rng.getrandbits(96), rng.choice(HOSTS)))
    if rng.random() < 0.5:
        lines.append("References: " + "\r\n ".join("<%x@%s>" % (rng.getrandbits(96), rng.choice(HOSTS)) for _ in range(4)))
    if bulk:
        lines.append("List-Id: News of the shop <news.%s>" % rng.choice(HOSTS))
        lines.append("List-Unsubscribe: <https://%s/u/%x>, <mailto:u-%x@%s>" % (
            rng.choice(HOSTS), rng.getrandbits(64), rng.getrandbits(64), rng.choice(HOSTS)))
        lines.append("Precedence: bulk")
    lines.append("MIME-Version: 1.0")
    return "\r\n".join(lines) + "\r\n"


def part(kind, body, encoding=None, extra=""):
    lines = "Content-Type: %s\r\n" % kind
    if encoding:
        lines += "Content-Transfer-Encoding: %s\r\n" % encoding
    return lines.encode() + extra.encode() + b"\r\n" + body


def multipart(subtype, parts, extra=""):
    boundary = "=_%024x" % rng.getrandbits(96)
    out = b"Content-Type: multipart/%s; boundary=\"%s\"%s\r\n\r\nThis is a message in MIME format.\r\n" % (
        subtype.encode(), boundary.encode(), extra.encode())
    for piece in parts:
        out += b"\r\n--" + boundary.encode() + b"\r\n" + piece
    return out + b"\r\n--" + boundary.encode() + b"--\r\n"


def plain_message(size):
    flowed = "; format=flowed" if rng.random() < 0.3 else ""
    body = paragraphs(size)
    if rng.random() < 0.5:
        body += "\r\n".join("> " + line for line in paragraphs(size // 2).split("\r\n")) + "\r\n-- \r\nJane\r\n"
    return header().encode() + part("text/plain; charset=us-ascii" + flowed, body.encode(), "7bit")


def newsletter(size):
    vocabulary = rng.choice([ENGLISH, GERMAN])
    kind = rng.choice(["Q", "B"])
    subject = encoded_words(words(7, GERMAN), "utf-8", kind)
    text, page = paragraphs(size // 6, vocabulary).encode(), html(size, vocabulary).encode()
    if rng.random() < 0.75:
        encode, name = quoted, "quoted-printable"
    else:
        encode, name = wrapped, "base64"
    return header(subject, bulk=True).encode() + multipart("alternative", [
        part("text/plain; charset=UTF-8", encode(text), name), part("text/html; charset=\"utf-8\"", encode(page), name)])


FILES = [("application/pdf", "pdf"), ("image/jpeg", "jpg"), ("application/zip", "zip"),
         ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx")]


def file_part(size):
    kind, ending = rng.choice(FILES)
    name = rng.choice([
        "filename=\"report-%d.%s\"", "filename*=utf-8''%%C3%%9Cbersicht-%d.%s",
        "filename*0*=utf-8''%%C3%%9Cbersicht;\r\n filename*1=\"-%d.%s\"", "filename=\"=?utf-8?B?w5w=?=-%d.%s\""
    ]) % (rng.randrange(1000), ending)
    return part(kind, wrapped(rng.randbytes(size)), "base64", "Content-Disposition: attachment; %s\r\n" % name)


def attachment_message(size):
    count = rng.randrange(1, 4)
    text = part("text/plain; charset=utf-8", quoted(paragraphs(2000, GERMAN).encode()), "quoted-printable")
    if rng.random() < 0.5:
        text = multipart("alternative", [text, part("text/html; charset=utf-8", html(4000).encode(), "8bit")])
    return header().encode() + multipart("mixed", [text] + [file_part(size // count) for _ in range(count)])


ODD = [("koi8-r", RUSSIAN), ("windows-1251", RUSSIAN), ("iso-8859-1", GERMAN), ("iso-8859-15", GERMAN),
       ("iso-2022-jp", JAPANESE), ("shift_jis", JAPANESE), ("euc-jp", JAPANESE), ("gb2312", CHINESE), ("gbk", CHINESE),
       ("big5", [w for w in CHINESE if w.encode("big5", "ignore").decode("big5") == w]), ("euc-kr", KOREAN),
       ("utf-8", RUSSIAN)]


def odd_charset(size):
    charset, vocabulary = rng.choice(ODD)
    body = paragraphs(size, vocabulary, 36, lambda text: text.encode(charset, "replace")).encode(charset, "replace")
    encode, name = rng.choice([(quoted, "quoted-printable"), (wrapped, "base64"), (lambda data: data, "8bit")])
    subject = encoded_words(words(5, vocabulary), charset, rng.choice("BQ"))
    return header(subject, address(vocabulary, charset)).encode() + part(
        "text/plain; charset=" + charset, encode(body), name)


def structured(size):
    """Digests, attached messages, invitations, signatures, bounces, many recipients."""
    choice = rng.randrange(4)
    if choice == 0:
        return header().encode() + multipart("digest", [b"\r\n" + plain_message(size // 12) for _ in range(10)])
    if choice == 1:
        return header().encode() + multipart("mixed", [
            part("text/plain; charset=us-ascii", paragraphs(500).encode()),
            part("message/rfc822", newsletter(size // 2)), part("message/rfc822", attachment_message(size // 3))])
    if choice == 2:
        return header(recipients=rng.randrange(20, 120)).encode() + multipart("signed", [
            multipart("mixed", [part("text/plain; charset=utf-8", paragraphs(size // 2, GERMAN).encode(), "8bit")]),
            part("application/pgp-signature; name=signature.asc", wrapped(rng.randbytes(400)))],
            "; micalg=pgp-sha256;\r\n\tprotocol=\"application/pgp-signature\"")
    return header().encode() + multipart("report", [
        part("text/plain; charset=us-ascii", paragraphs(1000).encode()),
        part("message/delivery-status", b"Reporting-MTA: dns; mx.example.org\r\n\r\nAction: failed\r\nStatus: 5.1.1\r\n"),
        part("message/rfc822", plain_message(size // 3))], "; report-type=delivery-status")


KINDS = {  # count, smallest and largest size in bytes
    "plain": (plain_message, 1500, 1000, 8000),
    "newsletters": (newsletter, 160, 15_000, 90_000),
    "attachments": (attachment_message, 60, 20_000, 900_000),
    "charsets": (odd_charset, 500, 1000, 30_000),
    "structures": (structured, 200, 5_000, 60_000),
}
SIZES = [10_000, 100_000, 1_000_000, 10_000_000, 30_000_000]


def sized(size):
    """One third each: base64 file, quoted-printable page, plain text."""
    third = size // 3
    return header().encode() + multipart("mixed", [
        part("text/plain; charset=us-ascii", paragraphs(third).encode()),
        part("text/html; charset=utf-8", quoted(html(third * 9 // 10, GERMAN).encode()), "quoted-printable"),
        part("application/pdf", wrapped(rng.randbytes(third * 73 // 100)), "base64",
             "Content-Disposition: attachment; filename=a.pdf\r\n")])


def write(folder, name, messages):
    with open(folder / (name + ".pack"), "wb") as pack:
        for message in messages:
            pack.write(b"%d\n" % len(message) + message)


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name, (make, count, smallest, largest) in KINDS.items():
        # Few are large, as in mailboxes.
        write(folder, name, (make(int(smallest * (largest / smallest) ** rng.random())) for _ in range(count)))
    for size in SIZES:
        write(folder, "size-%08d" % size, (sized(size) for _ in range(max(1, min(20, 2_000_000 // size)))))


main()
