"""Boundaries: strange ones that are right, and damage. Two texts in a mixed message, `one` and `two`, in most cases."""

from fixture import Family, attachment, part, text

BOTH = [part("TEXT", "multipart/mixed"), part("1", "text/plain"), part("2", "text/plain"), text("one\ntwo")]


def body(boundary, first="--", close=True):
    lines = ["--" + boundary, "Content-Type: text/plain", "", "one", first + boundary, "Content-Type: text/plain", ""]
    return lines + ["two"] + (["--" + boundary + "--"] if close else [])


def make():
    family = Family("boundaries")

    def case(name, value, lines, expected=BOTH, line_end=b"\r\n"):
        family.message(name, ["Content-Type: multipart/mixed" + value], lines, expected, line_end=line_end)

    # Right ones (RFC 2046 §5.1.1).
    case("plain", "; boundary=b", body("b"))
    case("quoted", '; boundary="b"', body("b"))
    case("all-characters", "; boundary=\"'()+_,-./:=?09AZaz\"", body("'()+_,-./:=?09AZaz"))
    case("space-inside", '; boundary="a b"', body("a b"))
    case("seventy-characters", "; boundary=" + "x" * 70, body("x" * 70))
    case("hyphens", '; boundary="----b----"', body("----b----"))
    case("preamble-and-epilogue", "; boundary=b", ["preamble"] + body("b") + ["epilogue"])
    case("preamble-like-a-delimiter", "; boundary=b", ["--bc", "--x", "-- b"] + body("b"))
    case("epilogue-with-delimiters", "; boundary=b", body("b") + ["", "--b", "", "three"])
    case("blanks-behind-the-delimiter", "; boundary=b", [line + " \t" if line[:3] == "--b" else line for line in body("b")])
    case("line-feeds", "; boundary=b", body("b"), line_end=b"\n")
    case("parameter-folded", ";\r\n\tboundary=\r\n b", body("b"))
    case("parameter-upper-case", "; BOUNDARY=b", body("b"))
    case("parameter-extended", "; boundary*=us-ascii''a%20b", body("a b"))
    case("parameter-continued", '; boundary*0="a"; boundary*1="b"', body("ab"))
    case("other-parameters", '; type="text/plain"; charset=utf-8; boundary="b"; x=y', body("b"))
    # The empty lines before a delimiter: only the last line break is its own.
    case("empty-line-before-the-delimiter", "; boundary=b", ["--b", "", "one", "", "--b", "", "two", "--b--"],
         BOTH[:-1] + [text("one\ntwo")])
    case("empty-part", "; boundary=b", ["--b", "", "--b", "", "two", "--b--"], BOTH[:-1] + [text("two")])
    case("no-header", "; boundary=b", ["--b", "", "one", "--b", "", "two", "--b--"])
    # Inner boundaries that begin as the outer one does.
    nested = ["--b", 'Content-Type: multipart/mixed; boundary="b1"', "", "--b1", "", "one", "--b1", "", "two", "--b1--"]
    case("inner-longer", "; boundary=b", nested + ["--b--"], [
        part("TEXT", "multipart/mixed"), part("1", "multipart/mixed"), part("1.1", "text/plain"),
        part("1.2", "text/plain"), text("one\ntwo")])
    case("inner-without-its-end", "; boundary=b", nested[:-1] + ["--b", "", "three", "--b--"], [
        part("TEXT", "multipart/mixed"), part("1", "multipart/mixed"), part("1.1", "text/plain"),
        part("1.2", "text/plain"), part("2", "text/plain"), text("one\ntwo\nthree")])
    # A header that nothing follows: its empty line is the delimiter's line break, for all parts that end there.
    case("last-part-is-a-header", "; boundary=b",
         ["--b", 'Content-Type: multipart/mixed; boundary="b1"', "", "--b1", "Content-Type: text/plain", "", "--b--"],
         [part("TEXT", "multipart/mixed"), part("1", "multipart/mixed"), part("1.1", "text/plain"), "text: "])
    case("attached-message-is-a-header", "; boundary=b",
         ["--b", "", "one", "--b", "Content-Type: message/rfc822", "", "Subject: inner", "", "--b--"],
         [part("TEXT", "multipart/mixed"), part("1", "text/plain"), part("2", "message/rfc822"),
          part("2.1", "text/plain"), attachment("", "message/rfc822", b"Subject: inner\r\n"), text("one")])
    case("attached-message-is-empty", "; boundary=b",
         ["--b", "", "one", "--b", "Content-Type: message/rfc822", "", "--b--"],
         [part("TEXT", "multipart/mixed"), part("1", "text/plain"), part("2", "message/rfc822"),
          part("2.1", "text/plain"), attachment("", "message/rfc822", b""), text("one")])
    # Damage.
    case("no-closing-delimiter", "; boundary=b", body("b", close=False), BOTH[:-1] + [text("one\ntwo\n")])
    case("cut-in-a-header", "; boundary=b", ["--b", "", "one", "--b", "Content-Type: text/pl"],
         [part("TEXT", "multipart/mixed"), part("1", "text/plain"), part("2", "text/pl"), text("one")])
    case("cut-behind-a-delimiter", "; boundary=b", ["--b", "", "one", "--b"], BOTH[:-1] + [text("one")])
    case("blank-at-the-parameter-s-end", '; boundary="b "', body("b"))
    case("wrong-boundary", "; boundary=other", body("----=_Part_1"))
    case("no-boundary", "", body("----=_Part_1"))
    case("empty-boundary", '; boundary=""', body("----=_Part_1"))
    case("quote-not-closed", '; boundary="b', body("b"))
    case("no-empty-line-in-a-part", "; boundary=b", ["--b", "one", "--b", "two", "--b--"])
    case("nothing", "; boundary=b", [], [part("TEXT", "multipart/mixed"), "text: "])
    case("text-and-no-delimiter", "; boundary=b", ["one"], [part("TEXT", "multipart/mixed"), text("one\n")])
    case("encoding-on-the-multipart", "; boundary=b\r\nContent-Transfer-Encoding: base64", body("b"))
    case("longer-delimiter-is-text", "; boundary=b", ["--b", "", "one", "--bb", "--b", "", "two", "--b--"],
         BOTH[:-1] + [text("one\n--bb\ntwo")])
    case("delimiter-in-other-case-is-text", "; boundary=b", ["--b", "", "one", "--B", "--b", "", "two", "--b--"],
         BOTH[:-1] + [text("one\n--B\ntwo")])
    return family
