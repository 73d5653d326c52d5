"""One message for each charset: subject, body and file name in it."""

import base64
import urllib.parse

from fixture import Family, attachment, part, text

# Name in the message, Python's codec, a text that the charset can write.
CHARSETS = [
    ("us-ascii", "ascii", "Plain words"),
    ("ANSI_X3.4-1968", "ascii", "Plain words"),
    ("utf-8", "utf-8", "Grüße, мир, 日本 😀"),
    ("UTF8", "utf-8", "Größe"),
    ("iso-8859-1", "iso-8859-1", "Größenänderung à Genève"),
    ("iso-8859-2", "iso-8859-2", "Zażółć gęślą jaźń"),
    ("iso-8859-3", "iso-8859-3", "Ĉiuĵaŭde ĝojo"),
    ("iso-8859-4", "iso-8859-4", "Ąžuolas ir ėglė"),
    ("iso-8859-5", "iso-8859-5", "Привет, мир"),
    ("iso-8859-6", "iso-8859-6", "مرحبا"),
    ("iso-8859-7", "iso-8859-7", "Καλημέρα"),
    ("iso-8859-8", "iso-8859-8", "שלום"),
    ("iso-8859-8-i", "iso-8859-8", "שלום עולם"),
    ("iso-8859-9", "iso-8859-9", "Günaydın şehir"),
    ("iso-8859-10", "iso-8859-10", "Ŧorshavn ŋ"),
    ("iso-8859-13", "iso-8859-13", "Šiaulių žemė"),
    ("iso-8859-14", "iso-8859-14", "Ŵyl Ẁ ŷ"),
    ("iso-8859-15", "iso-8859-15", "Prix : 5 € l’œuvre".replace("’", "'")),
    ("iso-8859-16", "iso-8859-16", "București țară"),
    ("windows-1250", "cp1250", "Příliš žluťoučký kůň"),
    ("windows-1251", "cp1251", "Съешь ещё булок"),
    ("windows-1252", "cp1252", "“Quoted” – 5 €"),
    ("windows-1253", "cp1253", "Γειά σου Κόσμε"),
    ("windows-1254", "cp1254", "İstanbul ığdır"),
    ("windows-1255", "cp1255", "בוקר טוב"),
    ("windows-1256", "cp1256", "السلام عليكم"),
    ("windows-1257", "cp1257", "Jānis ēd"),
    ("tis-620", "tis-620", "สวัสดี"),
    ("windows-874", "cp874", "ภาษาไทย"),
    ("koi8-r", "koi8-r", "Проверка связи"),
    ("koi8-u", "koi8-u", "Їжак і ґава"),
    ("ibm437", "cp437", "Müller ½"),
    ("cp850", "cp850", "Año niño"),
    ("cp852", "cp852", "Łódź"),
    ("cp866", "cp866", "Отчёт"),
    ("macintosh", "mac_roman", "Café “ok”"),
    ("x-mac-roman", "mac_roman", "Übung"),
    ("gb2312", "gb2312", "你好世界"),
    ("gbk", "gbk", "繁體字也行"),
    ("x-gbk", "gbk", "中文邮件"),
    ("gb18030", "gb18030", "漢字ⅷ€"),
    ("hz-gb-2312", "hz", "中文 text ~"),
    ("big5", "big5", "你好，世界"),
    ("big5-hkscs", "big5hkscs", "香港嘅嘢"),
    ("euc-kr", "euc_kr", "안녕하세요"),
    ("ks_c_5601-1987", "cp949", "안녕 똠방각하"),
    ("iso-2022-kr", "iso2022_kr", "한국어 text"),
    ("euc-jp", "euc_jp", "日本語テスト"),
    ("shift_jis", "shift_jis", "日本語テスト"),
    ("x-sjis", "cp932", "①髙島屋"),
    ("windows-31j", "cp932", "㈱ソ表"),
    ("iso-2022-jp", "iso2022_jp", "日本語のメール"),
    ("utf-7", "utf-7", "Grüße & 日本"),
    ("unicode-1-1-utf-7", "utf-7", "Ünïcode"),
    ("utf-16", "utf-16", "Grüße 日本"),
    ("utf-16le", "utf-16-le", "Grüße 日本"),
    ("utf-16be", "utf-16-be", "Grüße 日本"),
    ("utf-32be", "utf-32-be", "Grüße 日本"),
    ("johab", "johab", "한글"),
    ("ptcp154", "ptcp154", "Қазақ тілі"),
]

# Their bytes are not lines of ASCII.
WIDE = {"utf-16", "utf-16le", "utf-16be", "utf-32be"}


def q_encoded(data):
    safe = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
    return "".join(chr(byte) if byte in safe else "_" if byte == 32 else f"={byte:02X}" for byte in data)


def make():
    family = Family("charsets")
    for number, (name, codec, sample) in enumerate(CHARSETS):
        data = sample.encode(codec)
        if number % 2:
            subject = f"=?{name}?Q?{q_encoded(data)}?="
        else:
            subject = f"=?{name}?B?{base64.b64encode(data).decode()}?="
        body = (sample + "\nend\n").encode(codec).replace(b"\n", b"\r\n") if name not in WIDE else None
        encoding = "8bit"
        if body is None:
            body = base64.b64encode((sample + "\nend\n").encode(codec)) + b"\r\n"
            encoding = "base64"
        filename = "utf-8" if codec == "hz" else name
        encoded = urllib.parse.quote(sample.encode("utf-8" if codec == "hz" else codec), safe="")
        raw = (
            "From: Test <test@example.org>\r\n"
            f"Subject: {subject}\r\n"
            "MIME-Version: 1.0\r\n"
            'Content-Type: multipart/mixed; boundary="=_c"\r\n\r\n'
            f'--=_c\r\nContent-Type: text/plain; charset="{name}"\r\n'
            f"Content-Transfer-Encoding: {encoding}\r\n\r\n"
        ).encode("ascii")
        raw += body
        raw += (
            "--=_c\r\nContent-Type: application/octet-stream\r\n"
            f"Content-Disposition: attachment;\r\n filename*={filename}''{encoded}\r\n\r\n"
            "12345\r\n--=_c--\r\n"
        ).encode("ascii")
        end = "" if name not in WIDE else "\n"
        family.add(
            name.lower().replace("_", "-").replace(".", "-"),
            raw,
            [
                "from: Test|test@example.org",
                "subject: " + sample,
                part("TEXT", "multipart/mixed"),
                part("1", "text/plain"),
                part("2", "application/octet-stream"),
                attachment(sample, "application/octet-stream", b"12345"),
                text(sample + "\nend" + end),
            ],
        )
    return family
