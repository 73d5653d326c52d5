@testable import TestKit

/// The proxies of one trial.
struct TrialWire: Sendable {
    /// A line of each account: how long it waits for a server that fell silent.
    static let patience = "timeout = \"1s\""

    let imap: CuttingProxy
    let smtp: CuttingProxy

    /// `nil` when the trial's trouble is none of the wire's.
    init?(_ trial: BreakTrial, _ servers: BreakServers.Group) throws {
        guard case .wire(let cut, let way)? = trial.trouble else { return nil }
        imap = try CuttingProxy(to: servers.mail.imapPort, readsWire: true, wireCut: way == .imap ? cut : nil)
        smtp = try CuttingProxy(
            to: servers.submission.submissionPort, readsWire: true, wireCut: way == .smtp ? cut : nil)
    }

    var ports: (imap: Int, smtp: Int) { (imap.port, smtp.port) }
    var wasCut: Bool { imap.cutsDone + smtp.cutsDone > 0 }

    func close() {
        imap.refuse()
        smtp.refuse()
    }
}

extension BreakCampaign {
    /// What passes between the unbroken command and its servers.
    func conversation() async throws -> [(way: Trouble.Way, piece: WirePiece)] {
        let nowhere = WireCut(.close, behind: .last, of: WirePlace(connection: 0, isClient: true, index: 0))
        var trial = trial(.wire(nowhere, .imap))
        guard let wire = try TrialWire(trial, servers) else { return [] }
        trial.ports = wire.ports
        trial.extra = TrialWire.patience
        let (began, template) = (trial, template)
        _ = try await blocking {
            try began.copy(template)
            return try began.run(scenario.command, hour: scenario.hour)
        }
        let isFirst = BreakScenario.cut.first { $0.profile == scenario.profile }?.name == scenario.name
        let imap = isFirst ? wire.imap.pieces : wire.imap.pieces.withoutSignIn
        var pieces: [(way: Trouble.Way, piece: WirePiece)] = imap.map { (.imap, $0) }
        pieces += wire.smtp.pieces.withoutMostOfData.map { (.smtp, $0) }
        let result = Result(trial: trial, wasBroken: false, snapshot: try await resume(trial))
        wire.close()
        try await awaitForwards([result])
        try judge([result])
        return pieces
    }
}

extension [WirePiece] {
    /// What the connections say from SELECT on. How somebody signs in is the same in every scenario on the same server.
    fileprivate var withoutSignIn: [WirePiece] {
        let connections = Dictionary(grouping: self) { $0.place.connection }
        return connections.sorted { $0.key < $1.key }.flatMap { $0.value.afterSignIn }
    }

    /// Of a message's lines behind DATA the first, the middle and the last: no server answers in between.
    fileprivate var withoutMostOfData: [WirePiece] {
        var data: [WirePiece] = []
        var kept: [WirePiece] = []
        var isData = false
        for piece in self {
            if piece.place.isClient, isData, piece.text != ".\r\n" {
                data.append(piece)
                continue
            }
            if piece.place.isClient {
                kept += Set([0, data.count / 2, data.count - 1].filter(data.indices.contains)).sorted().map { data[$0] }
                data = []
                isData = piece.text.hasPrefix("DATA")
            }
            kept.append(piece)
        }
        return kept
    }

    private var afterSignIn: ArraySlice<WirePiece> {
        let said = filter(\.place.isClient).prefix { !$0.text.contains(" SELECT ") }
        guard let tag = said.last?.text.split(separator: " ").first,
            let answer = lastIndex(where: { !$0.place.isClient && $0.text.hasPrefix("\(tag) ") })
        else { return self[...] }
        return self[answer...]
    }
}

extension WirePiece {
    fileprivate var text: String { String(decoding: bytes, as: UTF8.self) }
}
