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
        var pieces: [(way: Trouble.Way, piece: WirePiece)] = wire.imap.pieces.map { (.imap, $0) }
        pieces += wire.smtp.pieces.map { (.smtp, $0) }
        let result = Result(trial: trial, wasBroken: false, snapshot: try await resume(trial))
        wire.close()
        try await awaitForwards([result])
        try judge([result])
        return pieces
    }
}
