import MIMEParsing
import MailModel
import RuleRuntime

/// Headers as servers deliver them: two dozen fields, some encoded.
enum SampleMail {
    static let now: Int64 = 1_772_452_800

    static func header(_ number: Int) -> [UInt8] {
        let text = """
            Return-Path: <bounce+\(number)@mail\(number % 40).example>
            Received: from mail\(number % 40).example (mail\(number % 40).example [192.0.2.\(number % 250)])
            \tby mx.example.net (Postfix) with ESMTPS id ABCDEF\(number)
            \tfor <jane@icloud.com>; Mon, 2 Mar 2026 11:58:0\(number % 10) +0000 (UTC)
            Received: from inner (localhost [127.0.0.1]) by mail\(number % 40).example with ESMTP id X\(number);
            \tMon, 2 Mar 2026 11:57:59 +0000
            DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=mail\(number % 40).example; s=s1; t=1772452\(number % 10)00;
            \tbh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=; h=From:To:Subject:Date;
            \tb=dzdVyOfAKCdLXdJOc9G2q8LoXSlEniSbav+yuU4zGeeruD00lszZVoG4ZHRNiYzR
            Authentication-Results: mx.example.net; dkim=pass header.d=mail\(number % 40).example; spf=pass
            Message-ID: <\(number).abc@mail\(number % 40).example>
            Date: Mon, 2 Mar 2026 11:58:00 +0000
            From: \(number % 3 == 0 ? "=?utf-8?q?J=C3=BCrgen_\(number % 100)?=" : "\"Person \(number % 200)\"") <person\(number % 500)@mail\(number % 40).example>
            To: Jane Doe <jane+d\(number % 30)@icloud.com>, team\(number % 25)@acme.example
            Cc: Boss <boss@acme.example>
            Subject: \(subject(number))
            MIME-Version: 1.0
            Content-Type: multipart/alternative; boundary="=_\(number)"
            X-Mailer: Mailer 7.\(number % 9)
            X-Priority: 3
            \(number % 5 == 0 ? "List-Id: List <list\(number % 50).lists.example>\nList-Unsubscribe: <https://lists.example/u/\(number)>\nPrecedence: list" : "X-Tag: t\(number % 60)")
            X-Originating-IP: 192.0.2.\(number % 200)


            """
        return Array(text.replacing("\n", with: "\r\n").utf8)
    }

    private static func subject(_ number: Int) -> String {
        switch number % 4 {
        case 0: "Re: project \(number % 300) and what became of it"
        case 1: "Your order \(number) has been shipped"
        case 2: "=?utf-8?b?TsOkY2hzdGUgV29jaGUgaW4gTcO8bmNoZW4=?= \(number % 90)"
        default: "[ticket #\(number)] disk is filling up"
        }
    }

    static func message(_ number: Int, _ header: [UInt8]) -> RuleMessage {
        RuleMessage(
            account: AccountName("home")!, mailbox: .inbox, uid: UInt32(number + 1), event: .new,
            flags: number % 2 == 0 ? [] : [.seen], size: 2_000 + number % 60_000, received: now - Int64(number * 60),
            header: HeaderBlock(header), headerIsWhole: true)
    }
}
