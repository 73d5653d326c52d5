import Testing

@testable import Accounts

@Suite struct DurationTextTests {
    @Test(arguments: [("4m", 240), ("180d", 15_552_000), ("0s", 0), ("1w", 604_800), ("24h", 86_400), ("007s", 7)])
    func readsNumberAndUnit(text: String, seconds: Int64) { #expect(DurationText.parse(text) == seconds) }

    @Test(arguments: [
        "", "m", "4", "4M", "-4m", "+4m", "4.5m", " 4m", "4 m", "4mm", "1h30m", "٤m", "9223372036854775807w", "4m\n",
    ])
    func refusesEverythingElse(text: String) { #expect(DurationText.parse(text) == nil) }

    @Test func writesTheShortestForm() {
        #expect(
            [1, 60, 90, 3_600, 86_400, 604_800, 0].map(DurationText.format) == [
                "1s", "1m", "90s", "1h", "1d", "1w", "0s",
            ])
    }
}

@Suite struct NearestNameTests {
    @Test(arguments: [
        ("pasword", "password"), ("PASSWORD", "password"), ("uesr", "user"), ("hsot", "host"), ("wach", "watch"),
    ])
    func findsWhatWasMeant(name: String, known: String) {
        #expect(NearestName.find(name, among: ["user", "password", "host", "watch"]) == known)
    }

    @Test func saysNothingWhereNothingIsNear() {
        #expect(NearestName.find("colour", among: ["user", "password"]) == nil)
        #expect(NearestName.find("", among: ["user"]) == nil)
        #expect(NearestName.find(String(repeating: "x", count: 10_000), among: ["user"]) == nil)
    }
}

@Suite struct LoopbackTests {
    @Test(arguments: ["localhost", "LOCALHOST", "127.0.0.1", "127.255.0.9", "::1"])
    func thisMachine(host: String) { #expect(ServerEndpoint.isLoopback(host)) }

    @Test(arguments: [
        "", "localhost.example.org", "127.0.0.1.example.org", "127.0.0", "127.1", "127.0.0.256", "127.0.0.+1",
        "128.0.0.1", "0.0.0.0", "::2", "127.0.0.1 ",
    ])
    func anotherMachine(host: String) { #expect(!ServerEndpoint.isLoopback(host)) }
}
